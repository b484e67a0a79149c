import numpy as np
import pytest
import tensorflow as tf

from pipelines.exporting.frozen_function import freeze

WAVEFORM = tf.TensorSpec([None, None], tf.float32, name="waveform")
MACHINE = tf.TensorSpec([None], tf.string, name="machine")


def make_function():
    """Reads variables, also within a loop and a branch."""
    gain = tf.Variable(2.0)
    shift = tf.Variable([1.0])

    def function(waveform, machine):
        total = tf.while_loop(
            lambda k, _: k < tf.shape(waveform)[1],
            lambda k, total: (k + 1, total + gain * waveform[:, k]),
            (0, tf.zeros_like(waveform[:, 0])),
        )[1]
        is_long = tf.shape(waveform)[1] > 2
        level = tf.cond(is_long, lambda: total + shift, lambda: total)
        problem = tf.where(machine == b"fan", "", "unknown machine")
        return {"level": level, "problem": problem}

    return function, (gain, shift)


@pytest.fixture(scope="module")
def frozen():
    function, variables = make_function()
    frozen = freeze(function, WAVEFORM, MACHINE)
    for variable in variables:
        variable.assign(tf.zeros_like(variable))
    return frozen


@pytest.mark.parametrize("batch, samples", [(1, 1), (3, 2), (2, 5), (0, 4)])
def test_it_gives_what_the_function_gave(frozen, batch, samples):
    waveform = np.random.default_rng(0).normal(size=(batch, samples))
    waveform = waveform.astype("float32")
    machine = np.array([b"fan", b"pump", b"fan"][:batch], object)
    outputs = frozen(waveform, tf.constant(machine, tf.string))
    expected = 2 * waveform.sum(axis=1) + (1.0 if samples > 2 else 0.0)
    np.testing.assert_allclose(outputs["level"], expected, rtol=1e-5)
    problems = [b"", b"unknown machine", b""][:batch]
    assert outputs["problem"].numpy().tolist() == problems


def test_it_holds_no_variable_and_keeps_names_and_unknown_sizes(frozen):
    concrete = frozen.get_concrete_function()
    assert not concrete.graph.variables
    assert concrete.inputs[0].shape.as_list() == [None, None]
    assert concrete.inputs[1].shape.as_list() == [None]
    level = concrete.structured_outputs["level"]
    assert level.shape.as_list() == [None]


def test_it_is_a_signature_of_a_saved_model(frozen, tmp_path):
    module = tf.Module()
    module.frozen = frozen
    signatures = {"serving_default": frozen}
    tf.saved_model.save(module, tmp_path / "1", signatures=signatures)
    model = tf.saved_model.load(tmp_path / "1")
    waveform = np.arange(6.0, dtype="float32").reshape(2, 3)
    outputs = model.signatures["serving_default"](
        waveform=tf.constant(waveform), machine=tf.constant(["fan", "pump"])
    )
    assert outputs["level"].numpy().tolist() == [7.0, 25.0]
    assert outputs["problem"].numpy().tolist() == [b"", b"unknown machine"]
