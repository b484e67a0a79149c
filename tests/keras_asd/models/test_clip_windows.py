import hypothesis
import keras
import numpy as np
import pytest
from hypothesis import strategies
from keras import KerasTensor
from keras import ops

from keras_asd.models.clip_windows import as_clips
from keras_asd.models.clip_windows import cut_windows

QUICK = hypothesis.settings(deadline=None, max_examples=50)


def cut_ramp(length, samples, **options):
    ramp = ops.reshape(ops.arange(float(length)), (1, -1))
    return np.array(cut_windows(ramp, samples, **options))[0]


@QUICK
@hypothesis.given(
    length=strategies.integers(1, 300),
    samples=strategies.integers(1, 60),
    share=strategies.floats(0.02, 1.0),
)
def test_windows_are_as_few_as_reach_the_end_in_steps_no_longer(
    length, samples, share
):
    step = max(1, round(share * samples))
    starts = cut_ramp(length, samples, step=step)[:, 0]
    expected, end = 1, samples
    while end < length:
        expected, end = expected + 1, end + step
    assert len(starts) == expected
    gaps = np.diff(starts)
    assert starts[0] == 0
    if len(starts) > 1:
        assert starts[-1] == length - samples
        assert gaps.max() <= step
        assert gaps.max() - gaps.min() <= 1


def test_without_a_step_it_is_as_long_as_a_window():
    plain = cut_ramp(101, 10)
    np.testing.assert_array_equal(plain, cut_ramp(101, 10, step=10))


def test_a_step_changes_no_short_and_no_cropped_clip():
    for options in ({"is_padded": True}, {}):
        whole = cut_ramp(7, 10, **options)
        np.testing.assert_array_equal(whole, cut_ramp(7, 10, step=2, **options))
    first = cut_ramp(50, 10, is_cropped=True, step=2)
    np.testing.assert_array_equal(first, [np.arange(10)])


def test_ten_minutes_in_small_steps_stays_within_32_bits():
    length = 16_000 * 600
    clip = np.zeros((1, length), "float32")
    clip[0, -1] = 1.0
    windows = np.array(cut_windows(clip, 1024, step=512))[0]
    assert windows.shape == (1 + (length - 1024) // 512, 1024)
    assert windows[-1, -1] == 1.0
    assert windows.sum() == 1.0


def test_an_unknown_length_becomes_known():
    assert as_clips(KerasTensor((None, None)), 40).shape == (None, 40)


def test_another_length_is_refused():
    with pytest.raises(ValueError, match="40 samples.*`AnomalyDetector`"):
        as_clips(np.zeros((1, 39)), 40)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="others know every length"
)
def test_clips_of_a_length_unknown_in_the_graph_are_never_joined():
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec([None, None])])
    def embed(waveform):
        return as_clips(waveform, samples=400)

    assert tuple(embed(tf.ones((3, 400))).shape) == (3, 400)
    with pytest.raises(tf.errors.InvalidArgumentError):
        embed(tf.ones((2, 200)))
