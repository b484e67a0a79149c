"""Times and costs of the operations of a TensorFlow graph, one by one."""

import math
import pathlib
import tempfile
import time
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

# Operations that call others, which run elsewhere and are there themselves.
CALLS = ("While", "If", "PartitionedCall")


class Operation(NamedTuple):
    """An operation that ran.

    Args:
        name: Its name in the graph, scopes included.
        kind: Its type, such as `Conv2D`.
        seconds: How long it took, less what it called.
    """

    name: str
    kind: str
    seconds: float


class Cost(NamedTuple):
    """What an operation of a graph has to do at least.

    Args:
        name: Its name in the graph, scopes included.
        kind: Its type, such as `Conv2D`.
        operations: Multiplications and additions of convolutions and matrix
            products; zero for all else.
        num_bytes: Size of all that it reads and writes.
    """

    name: str
    kind: str
    operations: int
    num_bytes: int


def trace(function: Callable[[], object]) -> tuple[float, list[Operation]]:
    """Seconds of a call and of every operation in it.

    Operations that run side by side are counted in full: with one thread
    between operations (`set_inter_op_parallelism_threads(1)`) their sum is
    comparable with the whole.

    >>> import tensorflow as tf
    >>> square = tf.function(lambda x: x @ x)
    >>> _ = square(tf.ones((300, 300)))
    >>> seconds, operations = trace(lambda: square(tf.ones((300, 300))))
    >>> any("MatMul" in operation.kind for operation in operations)
    True
    """
    import tensorflow as tf

    options = tf.profiler.experimental.ProfilerOptions(
        host_tracer_level=2, python_tracer_level=0, device_tracer_level=0
    )
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder, options=options)
        start = time.perf_counter()
        try:
            function()
            seconds = time.perf_counter() - start
        finally:
            tf.profiler.experimental.stop()
        [path] = pathlib.Path(folder).rglob("*.xplane.pb")
        return seconds, list(_read(path.read_bytes()))


def _read(trace_bytes: bytes) -> Iterator[Operation]:
    try:
        from tensorflow.tsl.profiler.protobuf import xplane_pb2
    except ImportError:  # Where TensorFlow 2.21 has it.
        from tensorflow.core.profiler.protobuf import xplane_pb2

    space = xplane_pb2.XSpace.FromString(trace_bytes)
    for plane in space.planes:
        for line in plane.lines:
            events = [
                (
                    event.offset_ps,
                    -event.duration_ps,
                    plane.event_metadata[event.metadata_id].name,
                )
                for event in line.events
            ]
            yield from _own_times(sorted(events))


def _own_times(events) -> Iterator[Operation]:
    """Operations of a thread, each without those that began inside it."""
    open_events: list[list[Any]] = []
    for start, negative, name in [*events, (math.inf, 0, "")]:
        while open_events and open_events[-1][0] <= start:
            _, own, closed = open_events.pop()
            scope, colon, kind = closed.rpartition(":")
            if colon and scope and not scope.endswith(":"):
                yield Operation(scope, kind, own / 1e12)
        # The events of a pool of threads are marks without a length.
        is_operation = ":" in name and "::" not in name
        is_operation = is_operation and not name.endswith(CALLS)
        is_operation = is_operation and not name.startswith("Eager")
        if is_operation and open_events:
            open_events[-1][1] += negative
        if is_operation:
            open_events.append([start - negative, -negative, name])


def costs(graph: Any) -> Iterator[Cost]:
    """The costs of the operations of a `tf.Graph` of known shapes.

    >>> import tensorflow as tf
    >>> with tf.Graph().as_default() as graph:
    ...     product = tf.ones((2, 3)) @ tf.ones((3, 4))
    >>> [cost[2:] for cost in costs(graph) if cost.kind == "MatMul"]
    [(48, 104)]
    """
    for node in graph.get_operations():
        num_bytes = sum(
            tensor.shape.num_elements() * tensor.dtype.size
            for tensor in [*node.inputs, *node.outputs]
            # Some reserve space of a size that they choose.
            if tensor.shape.is_fully_defined()
        )
        yield Cost(node.name, node.type, _count(node), num_bytes)


def _count(node) -> int:
    """Multiplications and additions of a convolution or a matrix product."""
    kind = node.type
    if "MatMul" in kind:
        left, right = (list(tensor.shape) for tensor in list(node.inputs)[:2])
        name = "adj_y" if kind.startswith("Batch") else "transpose_b"
        columns = right[-2 if node.get_attr(name) else -1]
        return 2 * math.prod(left) * columns
    if "Conv2D" not in kind and "DepthwiseConv" not in kind:
        return 0
    if "BackpropFilter" in kind:
        image, kernel = node.inputs[2], node.outputs[0]
    elif "BackpropInput" in kind:
        # The kernel stands where its sizes are those of the image to make.
        image, kernel = node.inputs[2], node.inputs[1]
    else:
        image, kernel = node.outputs[0], node.inputs[1]
    pixels = math.prod(list(image.shape)[:-1])
    return 2 * pixels * math.prod(list(kernel.shape))
