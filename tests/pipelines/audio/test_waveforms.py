import math
import tracemalloc

import hypothesis
import numpy as np
import pytest
import soundfile
import tensorflow as tf
from hypothesis import strategies

from keras_asd.models.clip_windows import cut_windows
from pipelines.audio.decoder_choice import choose_routes
from pipelines.audio.tf_data_decoder import make_decoder
from pipelines.audio.waveforms import fit_length
from pipelines.audio.waveforms import waveform_dataset
from pipelines.audio.waveforms import window_dataset
from pipelines.audio.waveforms import window_starts

pytestmark = pytest.mark.usefixtures("native_ops")
SHORT_RUN = hypothesis.settings(deadline=None, max_examples=50)


@pytest.fixture
def levels(tmp_path, inspect):
    """Ten clips of alternating formats; clip i is constant at (i + 1) / 16."""
    paths = []
    for number in range(10):
        suffix = [".wav", ".flac"][number % 2]
        paths.append(tmp_path / f"{number}{suffix}")
        waveform = np.full(1000 + 500 * number, (number + 1) / 16)
        soundfile.write(paths[-1], waveform, 16000)
    return inspect(*paths)


@SHORT_RUN
@hypothesis.given(
    num_samples=strategies.integers(0, 50),
    samples=strategies.integers(1, 50),
    short=strategies.sampled_from(["tile", "pad"]),
)
def test_fit_length_crops_tiles_or_pads(num_samples, samples, short):
    waveform = np.arange(1, num_samples + 1, dtype=np.float32)
    expected = []
    for position in range(samples):
        if short == "tile" and num_samples:
            position %= num_samples
        expected.append(waveform[position] if position < num_samples else 0)
    fitted = fit_length(tf.constant(waveform), samples, short)
    assert fitted.numpy().tolist() == expected


def test_fit_length_has_a_static_shape():
    signature = tf.TensorSpec([None], tf.float32)
    fit = tf.function(lambda w: fit_length(w, 7), input_signature=[signature])
    assert fit.get_concrete_function().output_shapes == [7]


@SHORT_RUN
@hypothesis.given(
    num_samples=strategies.integers(0, 9_600_000),
    samples=strategies.integers(1000, 200_000),
    step=strategies.none() | strategies.integers(500, 1000),
)
def test_windows_are_even_and_cover_the_clip(num_samples, samples, step):
    starts = window_starts(num_samples, samples, step).numpy().tolist()
    if num_samples <= samples:
        assert starts == [0]
        return
    step = step or samples
    count = 1 + math.ceil((num_samples - samples) / step)
    surplus = num_samples - samples
    assert starts == [i * surplus // (count - 1) for i in range(count)]
    assert starts[0] == 0
    assert starts[-1] + samples == num_samples
    gaps = np.diff(starts)
    assert gaps.max() <= step
    assert gaps.max() - gaps.min() <= 1


def test_unknown_policies_and_lengths_are_refused():
    with pytest.raises(ValueError, match="short='repeat'"):
        fit_length(tf.zeros([3]), 5, short="repeat")
    with pytest.raises(ValueError, match="samples=0"):
        fit_length(tf.zeros([3]), 0)
    with pytest.raises(ValueError, match="samples=-1"):
        window_starts(5, -1)
    with pytest.raises(ValueError, match="long='cut'"):
        window_dataset([], 16000, 100, long="cut")


@pytest.mark.parametrize("decoder", ["auto", "libsndfile"])
def test_waveforms_come_in_the_given_order(levels, decoder):
    dataset = waveform_dataset(levels, 16000, samples=4000, decoder=decoder)
    assert dataset.element_spec == (
        tf.TensorSpec([], tf.int64),
        tf.TensorSpec([4000], tf.float32),
    )
    indices, waveforms = zip(*dataset.as_numpy_iterator(), strict=True)
    assert list(indices) == list(range(10))
    for index, waveform in zip(indices, waveforms, strict=True):
        np.testing.assert_allclose(waveform, (index + 1) / 16, atol=1e-4)


def test_windows_are_those_of_the_decoded_clip(tmp_path, inspect):
    paths = []
    for number, num_samples in enumerate([700, 1000, 3300]):
        paths.append(tmp_path / f"{number}.wav")
        ramp = np.linspace(-0.5, 0.5, num_samples)
        soundfile.write(paths[-1], ramp, 16000, "FLOAT")
    clips = inspect(*paths)
    windows = list(
        window_dataset(clips, 16000, 1000, short="pad").as_numpy_iterator()
    )
    assert [index for index, _ in windows] == [0, 1, 2, 2, 2, 2]
    whole = soundfile.read(paths[2], dtype="float32")[0]
    for start, (_, window) in zip(
        [0, 766, 1533, 2300], windows[2:], strict=True
    ):
        np.testing.assert_array_equal(window, whole[start : start + 1000])
    assert not windows[0][1][700:].any()
    closer = list(
        window_dataset(clips, 16000, 1000, step=400).as_numpy_iterator()
    )
    detector_windows = cut_windows(whole[None], 1000, step=400)[0]
    assert [index for index, _ in closer] == [0, 1] + [2] * 7
    np.testing.assert_array_equal(
        [window for _, window in closer[2:]], detector_windows
    )
    cropped = list(
        window_dataset(clips, 16000, 1000, long="crop").as_numpy_iterator()
    )
    assert [index for index, _ in cropped] == [0, 1, 2]
    np.testing.assert_array_equal(cropped[2][1], whole[:1000])


@pytest.mark.parametrize("make_dataset", [waveform_dataset, window_dataset])
def test_a_clip_deleted_later_is_left_out(levels, make_dataset, caplog):
    dataset = make_dataset(levels, 16000, samples=9000)
    levels[4].clip.path.unlink()
    indices = [index for index, _ in dataset.as_numpy_iterator()]
    assert indices == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    assert f"clip left out: {levels[4].clip.path}" in caplog.text


def test_the_decoder_serves_shuffled_epochs_of_indices(levels):
    routes = choose_routes(levels, 16000)
    decode = make_decoder(routes, 16000)
    paths = tf.constant([str(clip.clip.path) for clip in levels])
    dataset = (
        tf.data.Dataset.range(10)
        .shuffle(10, seed=1)
        .map(
            lambda index: (
                index,
                decode(tf.gather(paths, index), tf.gather(routes, index))[0],
            ),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
    )
    pairs = list(dataset.as_numpy_iterator())
    assert sorted(index for index, _ in pairs) == list(range(10))
    for index, first in pairs:
        assert first == pytest.approx((index + 1) / 16, abs=1e-4)


def test_memory_does_not_grow_with_the_number_of_clips(tmp_path, inspect):
    path = tmp_path / "long.wav"
    soundfile.write(path, np.full(160000, 0.25), 16000, "FLOAT")
    [clip] = inspect(path)
    peaks = []
    for num_clips in [20, 100]:
        dataset = waveform_dataset([clip] * num_clips, 16000, 160000)
        tracemalloc.start()
        assert sum(1 for _ in dataset) == num_clips
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 1_000_000
