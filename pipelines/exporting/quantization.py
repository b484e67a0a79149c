"""Quantization of some layers of a LiteRT model to 8-bit integers."""

import re
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.python.convert import mlir_quantize
from tensorflow.lite.tools import flatbuffer_utils

# LiteRT's operations that multiply by weights.
WEIGHTED = {
    schema.BuiltinOperator.CONV_2D,
    schema.BuiltinOperator.DEPTHWISE_CONV_2D,
    schema.BuiltinOperator.FULLY_CONNECTED,
}


def quantize(
    converter: tf.lite.TFLiteConverter,
    examples: Callable,
    layers: Sequence[str],
) -> bytes:
    """Converts a model, some of its layers to 8-bit integers.

    TensorFlow's own selection by names leaves rounded constants in what it
    does not quantize, and writes NaN and infinity as numbers. Therefore the
    ranges of all that stays in float32 are removed before it begins.

    Args:
        converter: Converter of a SavedModel.
        examples: Function that returns an iterator of inputs, for the
            converter's `representative_dataset`.
        layers: Names of layers, at any depth; see `choose_quantized`.

    Returns:
        The model, of built-in operations.

    Raises:
        ValueError: If none of the layers has anything to be quantized.
    """
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = examples
    # Only measures ranges, as `tf.lite.experimental.QuantizationDebugger`.
    converter._experimental_calibrate_only = True
    model = flatbuffer_utils.convert_bytearray_to_object(converter.convert())
    (graph,) = model.subgraphs
    operations = [
        (code_of(model, operation), name_of(graph, operation))
        for operation in graph.operators
    ]
    quantized = choose_quantized(operations, layers)
    if not quantized:
        raise ValueError(
            "8-bit integers are for layers with at least three products by "
            f"weights in a row. Received: layers={list(layers)}, which have "
            "none. Write the model in float32."
        )
    ranged = {
        tensor
        for index in quantized
        for tensors in (
            graph.operators[index].inputs,
            graph.operators[index].outputs,
        )
        for tensor in tensors
    }
    for index, tensor in enumerate(graph.tensors):
        if index not in ranged:
            tensor.quantization = None
    return mlir_quantize(
        bytes(flatbuffer_utils.convert_object_to_bytearray(model)),
        denylisted_nodes=[
            name
            for index, (_, name) in enumerate(operations)
            if index not in quantized
        ],
    )


def choose_quantized(
    operations: Sequence[tuple[int, str]], layers: Sequence[str]
) -> set[int]:
    """Returns the indices of the operations that are quantized.

    They are those of a layer between its first and its last product by
    weights: what the first reads and the last returns has a range or a
    precision that 8 bits cannot hold.

    Args:
        operations: Code and name of each operation, in their order.
        layers: Names of the layers to be quantized.

    >>> operations = [
    ...     (schema.BuiltinOperator.MUL, "net/front_end/mul"),
    ...     (schema.BuiltinOperator.CONV_2D, "net/backbone_1/first"),
    ...     (schema.BuiltinOperator.CONV_2D, "net/backbone_1/second"),
    ...     (schema.BuiltinOperator.FULLY_CONNECTED, "net/backbone_1/last"),
    ... ]
    >>> choose_quantized(operations, ["backbone"])
    {2}
    """
    quantized: set[int] = set()
    for layer in layers:
        # Keras numbers a layer that is called again.
        pattern = re.compile(rf"/{re.escape(layer)}(_\d+)?/")
        own = [
            index
            for index, (_, name) in enumerate(operations)
            if pattern.search(name)
        ]
        weighted = [index for index in own if operations[index][0] in WEIGHTED]
        if weighted:
            first, last = weighted[0], weighted[-1]
            quantized |= {index for index in own if first < index < last}
    return quantized


def code_of(model: Any, operation: Any) -> int:
    """Returns the `schema.BuiltinOperator` of an operation."""
    return model.operatorCodes[operation.opcodeIndex].builtinCode


def name_of(graph: Any, operation: Any) -> str:
    """Returns an operation's name: those of all its outputs."""
    names = [graph.tensors[index].name for index in operation.outputs]
    return ";".join(name.decode() for name in names)
