import dataclasses
import pathlib

import pytest

import pipelines.anytime.plan as plan_module
import pipelines.programs.train as train_module
from pipelines.anytime.plan import Plan
from pipelines.anytime.plan import make_plan
from pipelines.anytime.plan import read_or_make_plan
from pipelines.audio.inspection import typical_seconds
from pipelines.datasets.clip import Clip
from pipelines.datasets.reading import read_clips
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.runs.clip_list import ListedClip
from pipelines.settings.presets import choose_preset

AUTO = dataclasses.replace(choose_preset("auto"), clip_seconds=4.0)


def list_clips(**counts):
    return [
        ListedClip(
            Clip(pathlib.Path(f"{key}_{i}.wav"), "fan", key, "train", False),
            "train",
        )
        for key, count in counts.items()
        for i in range(count)
    ]


@pytest.mark.parametrize(
    ("rate", "reason"),
    [(0.05, "b has 37 normal clips; a network needs 38"), (0.2, "")],
)
def test_too_few_clips_to_keep_a_promise_have_no_network(
    monkeypatch, rate, reason
):
    monkeypatch.setattr(plan_module, "seconds_per_step", lambda *_: 0.1)
    config = dataclasses.replace(AUTO, false_alarm_rate=rate)
    plan = make_plan(list_clips(a=100, b=37), config)
    assert reason in plan.reason
    assert bool(plan.preset) is not bool(reason)


def test_one_machine_has_no_network():
    assert "one alone" in make_plan(list_clips(a=100), AUTO).reason


@pytest.mark.parametrize(
    ("minutes", "seconds", "preset", "epochs"),
    [
        (1, 3.0, "", 0),
        (10, 3.0, "dual_branch_study", 12),
        (10, 0.01, "dual_branch_subcluster_adacos", 10),
    ],
)
def test_the_largest_network_that_fits_is_taken(
    monkeypatch, minutes, seconds, preset, epochs
):
    def measure(config, listed):
        return seconds * (config.batch_size / 16) ** 2

    monkeypatch.setattr(plan_module, "seconds_per_step", measure)
    config = dataclasses.replace(AUTO, minutes=minutes)
    # 13 steps of 16 clips.
    plan = make_plan(list_clips(a=100, b=100), config)
    assert (plan.preset, plan.epochs) == (preset, epochs)
    if preset:
        own = plan.config(config)
        assert (own.epochs, own.clip_seconds) == (epochs, 4.0)
        assert own.seed == config.seed
    else:
        assert "raise --minutes" in plan.reason


def test_much_data_and_time_take_the_published_system(monkeypatch):
    monkeypatch.setattr(plan_module, "seconds_per_step", lambda *_: 0.01)
    config = dataclasses.replace(AUTO, minutes=600)
    plan = make_plan(list_clips(a=2000, b=2000), config)
    assert (plan.preset, plan.epochs) == ("tastgram_mfn_noisy_arcmix", 300)


def test_a_plan_is_made_once(tmp_path, monkeypatch):
    path = tmp_path / "plan.json"
    plan = read_or_make_plan(path, [], AUTO)
    monkeypatch.setattr(plan_module, "make_plan", None)
    assert read_or_make_plan(path, [], AUTO) == plan
    path.write_text('{"preset": 3}')
    with pytest.raises(ValueError, match="plan of a run"):
        read_or_make_plan(path, [], AUTO)
    assert Plan("", 0, 0.0, "").config(AUTO) is None


def test_clips_are_as_long_as_the_recordings(tmp_path, monkeypatch):
    settings = SyntheticSettings(
        machines=("fan",), num_ids=1, num_train=5, seconds=1.5
    )
    generate(tmp_path / "data", settings)
    assert typical_seconds(read_clips(tmp_path / "data")) == 1.5
    taken = []

    def take(roots, config, run, verify):
        taken.append(config.clip_seconds)

    monkeypatch.setattr(train_module, "train_in_stages", take)
    run = str(tmp_path / "run")
    train_module.train([str(tmp_path / "data")], choose_preset("auto"), run)
    assert taken == [1.5]
