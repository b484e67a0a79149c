"""What a good layer is, said once.

A `Case` tells how to make a layer, a model or a scorer and what to call it
with; the `check_*` functions hold it against the contract.
"""

import dataclasses
import functools
import inspect
import json
from collections.abc import Callable

import keras
import numpy as np
from keras import tree

IS_JAX = keras.backend.backend() == "jax"


@dataclasses.dataclass(frozen=True)
class Case:
    """A layer and what to call it with.

    Args:
        make: From a size to a new layer.
        inputs: From a generator, a batch size and a size to the tuple of
            call arguments. Every array in it has one row a clip, so that
            row `i` of all of them together is a clip.
        sizes: Sizes, such as lengths of the waveform. The first is used
            everywhere, the others where the shapes are checked: choose
            awkward ones.
        training_inputs: As `inputs`, where training takes others.
        is_trained: Whether it takes part in training.
    """

    make: Callable
    inputs: Callable
    sizes: tuple
    training_inputs: Callable | None = None
    is_trained: bool = True

    def example(self, size=None):
        generator = np.random.default_rng(0)
        return self.inputs(generator, 3, size or self.sizes[0])

    @functools.cached_property
    def built(self):
        """A layer whose weights are not those of its initializers."""
        layer = self.make(self.sizes[0])
        call_symbolically(layer, self.example())
        generator = np.random.default_rng(1)
        for weight in layer.weights:
            value = keras.ops.convert_to_numpy(weight)
            value = value * generator.uniform(0.7, 1.4, weight.shape)
            if weight.trainable:
                value = value + generator.normal(0.0, 0.02, weight.shape)
            weight.assign(value)
        return layer

    @functools.cached_property
    def function(self):
        return as_function(self.built)

    @functools.cached_property
    def outputs(self):
        """What the built layer gives for the example."""
        return to_numpy(self.function(*self.example()))


def call_symbolically(layer, arguments):
    """What the layer promises of its outputs; builds it on the way."""
    return layer(
        *tree.map_structure(
            lambda array: keras.KerasTensor(
                (None, *array.shape[1:]), array.dtype.name
            ),
            arguments,
        )
    )


def as_function(layer):
    """A built layer as a function; on JAX compiled, for speed's sake."""
    if not IS_JAX:
        return layer
    import jax

    return jax.jit(lambda *arguments: layer(*arguments))


def to_numpy(outputs):
    return tree.map_structure(
        lambda output: keras.ops.convert_to_numpy(
            keras.ops.cast(output, "float32")
        ),
        outputs,
    )


def assert_close(actual, expected, rtol=1e-5, atol=1e-5):
    # Of several outputs a layer makes a tuple, a model a list.
    actual, expected = (
        list(outputs) if isinstance(outputs, tuple) else outputs
        for outputs in (to_numpy(actual), to_numpy(expected))
    )
    tree.map_structure(
        lambda a, b: np.testing.assert_allclose(a, b, rtol, atol),
        actual,
        expected,
    )


def distances(actual, expected):
    """Norm of the difference over the norm of what is right, per clip."""
    axes = tuple(range(1, np.ndim(expected)))
    difference = np.sqrt(np.sum((actual - expected) ** 2, axis=axes))
    return difference / np.sqrt(np.sum(expected**2, axis=axes))


def as_model(layer, arguments):
    """The layer as a model, and what that model is called with."""
    inputs = [
        {name: _make_input(array, name) for name, array in argument.items()}
        if isinstance(argument, dict)
        else _make_input(argument)
        for argument in arguments
    ]
    outputs = layer(*inputs)
    if len(inputs) == 1:
        return keras.Model(inputs[0], outputs), arguments[0]
    return keras.Model(inputs, outputs), list(arguments)


def _make_input(array, name=None):
    return keras.Input(array.shape[1:], dtype=array.dtype.name, name=name)


def check_configuration(case):
    """A layer made from the configuration is the same layer."""
    layer = case.built
    config = layer.get_config()
    restored = type(layer).from_config(json.loads(json.dumps(config)))
    assert json.dumps(restored.get_config()) == json.dumps(config)
    parameters = inspect.signature(type(layer).__init__).parameters
    named = set(parameters) - {"self", "args", "kwargs"}
    assert named <= set(config), "an argument is not in the configuration"
    arguments = case.example()
    call_symbolically(restored, arguments)
    restored.set_weights(layer.get_weights())
    assert_close(as_function(restored)(*arguments), case.outputs)


def check_shapes(case):
    """The promised shapes and types are those that come, at every size."""
    check_promises(
        call_symbolically(case.built, case.example()),
        case.function(*case.example()),
    )
    for size in case.sizes[1:]:
        layer = case.make(size)
        arguments = case.example(size)
        promises = call_symbolically(layer, arguments)
        check_promises(promises, as_function(layer)(*arguments))


def check_promises(promises, outputs):
    for promise, output in zip(
        tree.flatten(promises), tree.flatten(outputs), strict=True
    ):
        assert promise.shape == (None, *output.shape[1:])
        assert promise.dtype == keras.backend.standardize_dtype(output.dtype)


def check_batch_independence(case):
    """A clip alone gives what it gives in any batch."""
    arguments = case.example()
    for rows in ([0], [1], [2], [2, 2, 0]):
        some = tree.map_structure(lambda array, r=rows: array[r], arguments)
        expected = tree.map_structure(lambda a, r=rows: a[r], case.outputs)
        assert_close(case.function(*some), expected)


def check_compiled_call(case):
    """The compiled call gives what the eager one gives."""
    model, inputs = as_model(case.built, case.example())
    model.compile(jit_compile=IS_JAX)
    outputs = model.predict_on_batch(inputs)
    assert_close(outputs, case.outputs, 1e-4, 1e-4)


def check_training_step(case):
    """One compiled step moves every trainable weight, if there is any."""
    layer = case.make(case.sizes[0])
    make_inputs = case.training_inputs or case.inputs
    arguments = make_inputs(np.random.default_rng(0), 3, case.sizes[0])
    model, inputs = as_model(layer, arguments)
    if not (case.is_trained and layer.trainable_weights):
        return
    model.compile(
        keras.optimizers.SGD(0.1),
        loss=lambda y_true, y_pred: keras.ops.square(y_true - y_pred),
        jit_compile=IS_JAX,
    )
    model.optimizer.build(model.trainable_variables)
    before = layer.get_weights()
    draw = np.random.default_rng(2).normal
    targets = tree.map_structure(
        lambda output: draw(size=(3, *output.shape[1:])), model.output
    )
    assert np.all(np.isfinite(model.train_on_batch(inputs, targets)))
    for old, weight, new in zip(
        before, layer.weights, layer.get_weights(), strict=True
    ):
        assert np.isfinite(new).all(), weight.path
        if weight.trainable:
            assert np.any(new != old), f"{weight.path} did not move"


def check_mixed_precision(case, policy, tolerance):
    """Half precision: float32 weights and nearly the same numbers."""
    exact = case.built
    arguments = case.example()
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        layer = case.make(case.sizes[0])
        promises = call_symbolically(layer, arguments)
        layer.set_weights(exact.get_weights())
        outputs = as_function(layer)(*arguments)
        check_promises(promises, outputs)
    finally:
        keras.config.set_dtype_policy(before)
    assert all(weight.dtype == "float32" for weight in layer.weights)
    for half, full in zip(
        tree.flatten(to_numpy(outputs)),
        tree.flatten(case.outputs),
        strict=True,
    ):
        distance = np.linalg.norm(half - full)
        assert distance <= tolerance * np.linalg.norm(full)


def check_saving(case, path):
    """What is loaded from a `.keras` file gives the same numbers."""
    model, inputs = as_model(case.built, case.example())
    if isinstance(case.built, keras.Model):
        model = case.built
    model.save(path)
    restored = keras.saving.load_model(path)
    assert_close(as_function(restored)(inputs), case.outputs)
