import dataclasses

import numpy as np
import pytest
import soundfile

from pipelines.audio.inspection import inspect_clips
from pipelines.datasets import read_clips
from pipelines.datasets.clip import Clip
from pipelines.runs.labels import Example
from pipelines.runs.labels import add_speeds
from pipelines.runs.labels import make_examples
from pipelines.runs.labels import make_label_map
from pipelines.runs.labels import spread_windows
from pipelines.settings.config import Config
from pipelines.settings.losses import AdaCos
from pipelines.settings.losses import ArcFace
from pipelines.settings.losses import NoisyArcMix
from pipelines.settings.losses import SubclusterAdaCos
from pipelines.training.training_data import TrainingData

pytestmark = pytest.mark.usefixtures("native_ops")
CONFIG = Config(clip_seconds=0.5, batch_size=8, epochs=3, seed=4)


@pytest.fixture
def make_data(two_fans):
    def make(config=CONFIG, number=None, with_speeds=False):
        clips = [c for c in read_clips(two_fans) if c.split == "train"]
        inspected, _ = inspect_clips(clips[:number])
        own = make_examples([one.clip for one in inspected], "section")
        examples = add_speeds(own) if with_speeds else own
        by_path = {one.clip.path: one for one in inspected}
        return TrainingData(
            examples,
            [by_path[example.clip.path] for example in examples],
            make_label_map(examples, own),
            config,
        )

    return make


def collect(dataset):
    return list(dataset.as_numpy_iterator())


def test_every_epoch_shows_every_clip_once_in_an_order_of_its_own(make_data):
    data = make_data()
    batches = collect(data.batches())
    assert len(batches) == 3 * data.steps_per_epoch == 9
    orders = []
    for epoch in range(3):
        rows = [inputs["waveform"] for inputs, _, _ in batches[3 * epoch :][:3]]
        order = [row.tobytes() for row in np.concatenate(rows)]
        assert len(set(order)) == 20
        orders.append(order)
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1] != orders[2]


def test_a_later_epoch_is_what_the_unbroken_run_saw(make_data):
    data = make_data()
    unbroken = collect(data.batches())[2 * data.steps_per_epoch :]
    resumed = collect(data.batches(first_epoch=2))
    assert len(unbroken) == len(resumed) == 3
    for (inputs, targets, _), (again, same, _) in zip(
        unbroken, resumed, strict=True
    ):
        np.testing.assert_array_equal(targets, same)
        for name in ("waveform", "mix_weight", "mix_partner"):
            np.testing.assert_array_equal(inputs[name], again[name])


def test_steps_of_an_epoch_draw_different_weights(make_data):
    batches = collect(make_data().batches())
    weights = {float(inputs["mix_weight"][0]) for inputs, _, _ in batches}
    assert len(weights) == 9


@pytest.mark.parametrize(
    ("number", "batch_size", "steps"),
    [(16, 8, 2), (17, 8, 2), (18, 8, 3), (4, 8, 1), (1, 8, 1)],
)
def test_a_last_batch_of_one_clip_is_dropped(
    make_data, number, batch_size, steps
):
    config = dataclasses.replace(CONFIG, batch_size=batch_size, epochs=1)
    data = make_data(config, number)
    assert data.steps_per_epoch == steps
    assert len(collect(data.batches())) == steps


def test_without_mixup_targets_are_one_hot(make_data):
    config = dataclasses.replace(CONFIG, loss=ArcFace(), epochs=1)
    for inputs, targets, _ in collect(make_data(config).batches()):
        assert set(inputs) == {"waveform"}
        assert targets.shape[1:] == (2,)
        np.testing.assert_array_equal(targets.sum(axis=1), 1)


def test_validation_is_unmixed_and_in_order(make_data):
    data = make_data()
    batches = collect(data.unmixed_batches())
    targets = np.concatenate([targets for _, targets, _ in batches])
    assert targets.shape == (20, 2, 2)
    np.testing.assert_array_equal(
        targets[:, 0].argmax(axis=1), [0] * 10 + [1] * 10
    )
    np.testing.assert_array_equal(targets[:, 1], 0)


def test_a_clip_gone_since_its_inspection_weighs_nothing(make_data, two_fans):
    data = make_data(dataclasses.replace(CONFIG, epochs=1))
    gone = two_fans / "fan" / "train" / "normal_id_00_00000003.wav"
    gone.unlink()
    batches = collect(data.batches())
    weights = np.concatenate([weight for _, _, weight in batches])
    waveforms = np.concatenate([inputs["waveform"] for inputs, _, _ in batches])
    is_silent = ~waveforms.any(axis=1)
    partners = np.concatenate(
        [
            is_silent[first : first + len(weight)][inputs["mix_partner"][0]]
            for first, (inputs, _, weight) in zip(
                (0, 8, 16), batches, strict=True
            )
        ]
    )
    assert is_silent.sum() == 1
    np.testing.assert_array_equal(weights == 0, is_silent | partners)


def test_unmixed_a_clip_that_is_gone_is_of_no_class(make_data, two_fans):
    config = dataclasses.replace(CONFIG, loss=ArcFace(), epochs=1)
    data = make_data(config)
    (two_fans / "fan" / "train" / "normal_id_00_00000003.wav").unlink()
    batches = collect(data.batches())
    weights = np.concatenate([weight for _, _, weight in batches])
    targets = np.concatenate([target for _, target, _ in batches])
    assert sorted(weights) == [0] + 19 * [1]
    np.testing.assert_array_equal(targets.sum(axis=1), weights)


def test_copies_at_other_speeds_sound_higher_or_lower(make_data):
    config = dataclasses.replace(
        CONFIG, loss=ArcFace(), epochs=1, clip_seconds=0.8
    )
    data = make_data(config, number=1, with_speeds=True)
    [(inputs, targets, _)] = collect(data.batches())
    for waveform, target in zip(inputs["waveform"], targets, strict=True):
        spectrum = np.abs(np.fft.rfft(waveform))
        peak_hz = spectrum.argmax() / 0.8
        speed = [1.0, 0.84, 0.92, 1.09, 1.19][target.argmax()]
        assert peak_hz == pytest.approx(120 * speed, abs=2.5)


def test_an_example_carries_its_speed():
    assert [e.speed for e in add_speeds([Example(None, "a")])][1:] == [
        0.84,
        0.92,
        1.09,
        1.19,
    ]


def test_soft_targets_are_the_sum_of_the_rows(make_data):
    mixing = {"mix_per": "clip", "mix_alpha": 1.0}
    config = dataclasses.replace(CONFIG, loss=NoisyArcMix(**mixing))
    soft = dataclasses.replace(CONFIG, loss=SubclusterAdaCos(**mixing))
    [rows, sums] = [collect(make_data(one).batches()) for one in (config, soft)]
    for (inputs, targets, _), (same, summed, _) in zip(rows, sums, strict=True):
        np.testing.assert_array_equal(inputs["waveform"], same["waveform"])
        np.testing.assert_array_equal(inputs["mix_weight"], same["mix_weight"])
        np.testing.assert_allclose(targets.sum(axis=1), summed)
    [(_, validation, _), *_] = collect(make_data(soft).unmixed_batches())
    assert validation.ndim == 2


def test_without_mixing_soft_targets_are_one_hot(make_data):
    config = dataclasses.replace(CONFIG, loss=AdaCos(mix_probability=0.0))
    for inputs, targets, _ in collect(make_data(config).batches()):
        assert set(inputs) == {"waveform"}
        np.testing.assert_array_equal(targets.max(axis=1), 1)


@pytest.mark.parametrize("seconds", [0.25, 1.0, 1.5])
def test_training_listens_where_an_example_says(seconds, write_hum, tmp_path):
    path = write_hum("ramp.wav", subtype="FLOAT")
    ramp = np.linspace(-0.5, 0.5, 16_000, dtype="float32")
    soundfile.write(path, ramp, 16_000, subtype="FLOAT")
    clip = Clip(path, "fan", "id_00", "train", False)
    own = make_examples([clip], "section")
    examples = spread_windows(own, 3)
    inspected, _ = inspect_clips([clip])
    config = dataclasses.replace(CONFIG, clip_seconds=seconds)
    data = TrainingData(
        examples, inspected * 3, make_label_map(own, own), config
    )
    [(inputs, _, _)] = collect(data.unmixed_batches())
    surplus = max(16_000 - config.samples, 0)
    for place, found in zip((0, 0.5, 1), inputs["waveform"], strict=True):
        heard = ramp[int(place * surplus) :]
        expected = np.tile(heard, 2)[: config.samples]
        np.testing.assert_array_equal(found, expected)
