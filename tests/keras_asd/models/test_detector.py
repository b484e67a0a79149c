import functools
import math

import keras
import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.models import AnomalyDetector
from keras_asd.models import Embedder
from keras_asd.problems import NO_SCORE
from keras_asd.problems import PROBLEMS
from keras_asd.scorers import CentreAngle
from tests import harness

SAMPLES = 4096
KEYS = {
    "fan/id_00": [0],
    "fan/id_02": [1],
    "fan": [0, 1],
    "pump": [2, 3],
    "pump/id_00": [3, 2],
}


@pytest.fixture(scope="module")
def parts(tiny_stages):
    keras.utils.set_random_seed(0)
    embedder = Embedder(
        samples=SAMPLES, num_mel_bins=16, width=0.125, stages="tiny"
    )
    return embedder, ClassCosine(4), CentreAngle()


@pytest.fixture(scope="module")
def detector(parts):
    return AnomalyDetector(*parts, keys=KEYS)


def draw(batch, length):
    generator = np.random.default_rng(length)
    return generator.normal(size=(batch, length)).astype("float32")


as_function = functools.cache(harness.as_function)


def run(detector, waveform, key):
    inputs = {"waveform": waveform, "key": np.array(key, "int32")}
    return harness.to_numpy(as_function(detector)(inputs))


def cut(clip, samples, is_tiled=True):
    """Windows of one clip, by hand."""
    if len(clip) <= samples:
        if is_tiled:
            return [[clip[i % len(clip)] for i in range(samples)]]
        return [[*clip, *[0.0] * (samples - len(clip))]]
    number = math.ceil(len(clip) / samples)
    starts = [i * (len(clip) - samples) // (number - 1) for i in range(number)]
    return [clip[start : start + samples] for start in starts]


@pytest.mark.parametrize("short_clips", ["tile", "pad"])
@pytest.mark.parametrize(
    "length",
    [1, 1500, SAMPLES - 1, SAMPLES, SAMPLES + 1, 2 * SAMPLES, 3 * SAMPLES + 5],
)
def test_clips_of_any_length_are_cut_as_by_hand(parts, length, short_clips):
    detector = AnomalyDetector(*parts, keys=KEYS, short_clips=short_clips)
    waveform = draw(2, length)
    expected = [cut(clip, SAMPLES, short_clips == "tile") for clip in waveform]
    windows = as_function(detector.windows)
    actual = harness.to_numpy(windows(waveform))
    np.testing.assert_array_equal(actual, np.array(expected, "float32"))


def test_windows_reach_from_the_start_to_the_end(detector):
    length = 7 * SAMPLES + 3
    ramp = np.arange(length, dtype="float32")[None]
    windows = harness.to_numpy(detector.windows(ramp))[0]
    assert windows.shape == (8, SAMPLES)
    assert windows[0, 0] == 0 and windows[-1, -1] == length - 1
    steps = np.diff(windows[:, 0])
    assert steps.max() - steps.min() <= 1


@pytest.mark.parametrize("length", [SAMPLES - 1, 3 * SAMPLES])
def test_cropping_keeps_the_first_window(parts, length):
    detector = AnomalyDetector(*parts, keys=KEYS, long_clips="crop")
    waveform = draw(1, length)
    windows = harness.to_numpy(detector.windows(waveform))
    assert windows.shape == (1, 1, SAMPLES)
    assert windows[0, 0].tolist() == list(
        cut(waveform[0][:SAMPLES], SAMPLES)[0]
    )


@pytest.mark.parametrize("long_clips", ["window", "crop"])
def test_it_runs_compiled_on_long_clips(parts, long_clips):
    detector = AnomalyDetector(*parts, keys=KEYS, long_clips=long_clips)
    inputs = {
        "waveform": draw(2, 2 * SAMPLES + 1),
        "key": np.array([0, 3], "int32"),
    }
    expected = run(detector, **inputs)
    detector.compile(jit_compile=harness.IS_JAX)
    harness.assert_close(
        detector.predict_on_batch(inputs), expected, 1e-4, 1e-4
    )


def test_a_long_clip_is_the_mean_over_its_windows(detector):
    waveform = draw(2, 3 * SAMPLES - 7)
    outputs = run(detector, waveform, [0, 3])
    for clip, key in ((0, 0), (1, 3)):
        windows = np.array(cut(waveform[clip], SAMPLES))
        alone = run(detector, windows, [key] * 3)
        for name, output in outputs.items():
            np.testing.assert_allclose(
                output[clip], alone[name].mean(axis=0), rtol=1e-4, atol=1e-4
            )


def test_a_key_scores_the_least_of_its_classes(parts, detector):
    embedder, head, scorer = parts
    waveform = draw(5, SAMPLES)
    cosine, scores = harness.to_numpy(
        harness.as_function(
            lambda waveform: (
                head(embedder(waveform)),
                scorer(head(embedder(waveform))),
            )
        )(waveform)
    )
    outputs = run(detector, waveform, [0, 1, 2, 3, 4])
    for clip, classes in enumerate(KEYS.values()):
        assert outputs["anomaly_score"][clip] == pytest.approx(
            min(scores[clip, k] for k in classes), abs=1e-4
        )
        assert outputs["angle"][clip] == pytest.approx(
            min(math.degrees(math.acos(cosine[clip, k])) for k in classes),
            abs=1e-2,
        )


@pytest.mark.parametrize("place", [-1, len(KEYS), 1000])
def test_an_unknown_key_is_nan_and_spoils_nobody_else(detector, place):
    waveform = draw(3, SAMPLES + 9)
    expected = run(detector, waveform, [0, 1, 2])
    outputs = run(detector, waveform, [0, place, 2])
    assert np.isnan(outputs["anomaly_score"][1])
    for name in outputs:
        np.testing.assert_allclose(
            outputs[name][[0, 2]], expected[name][[0, 2]], atol=1e-5
        )


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_clip_that_is_not_finite_is_nan_and_spoils_nobody_else(
    detector, value
):
    waveform = draw(3, SAMPLES + 9)
    expected = run(detector, waveform, [0, 1, 2])["anomaly_score"]
    waveform[1, 1000] = value
    score = run(detector, waveform, [0, 1, 2])["anomaly_score"]
    assert np.isnan(score[1])
    np.testing.assert_allclose(score[[0, 2]], expected[[0, 2]], atol=1e-5)


def test_a_score_that_is_not_finite_is_named(parts):
    embedder, _, scorer = parts
    head = ClassCosine(4)
    detector = AnomalyDetector(embedder, head, scorer, keys=KEYS)
    head.set_weights([np.full_like(head.get_weights()[0], np.nan)])
    outputs = run(detector, draw(3, SAMPLES), [0, 1, 9])
    assert np.isnan(outputs["anomaly_score"]).all()
    assert not outputs["valid"].any()
    names = [PROBLEMS[int(index)] for index in outputs["problem"]]
    assert names == [NO_SCORE, NO_SCORE, "unknown machine"]


def test_a_loud_clip_does_not_move_a_quiet_one(detector):
    waveform = 1e-3 * draw(2, SAMPLES)
    alone = run(detector, waveform[:1], [0])["anomaly_score"]
    waveform[1] *= 1e6
    together = run(detector, waveform, [0, 0])["anomaly_score"]
    assert together[0] == pytest.approx(alone[0], abs=1e-4)


@pytest.mark.parametrize("classes", [[], [4], [-1], [0, 9]])
def test_classes_out_of_range_are_refused_by_name(parts, classes):
    with pytest.raises(ValueError, match="below 4. Received: 'fan'"):
        AnomalyDetector(*parts, keys={"fan": classes})


def test_no_key_at_all_is_refused(parts):
    with pytest.raises(ValueError, match="at least one machine"):
        AnomalyDetector(*parts, keys={})


@pytest.mark.parametrize("policy", ["long_clips", "short_clips"])
def test_an_unknown_policy_is_refused(parts, policy):
    with pytest.raises(ValueError, match=f"`{policy}` must be one of"):
        AnomalyDetector(*parts, keys=KEYS, **{policy: "drop"})
