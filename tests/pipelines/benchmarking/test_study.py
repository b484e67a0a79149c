import dataclasses
import json
import pathlib

import numpy as np
import pytest

from pipelines.benchmarking import study as program
from pipelines.benchmarking.cell import Cell
from pipelines.benchmarking.designs import STUDIES
from pipelines.benchmarking.study import run_study
from pipelines.datasets.clip import Clip
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.methods.scored_clip import ScoredClip
from pipelines.settings.config import Config
from pipelines.settings.presets import choose_preset

CONFIG = dataclasses.replace(choose_preset("dual_branch_reduced"), seed=5)
FEW = SyntheticSettings(
    machines=("fan",),
    num_ids=1,
    num_train=1,
    num_train_target=0,
    num_test_normal=2,
    num_test_anomaly=2,
    seconds=0.5,
)


def made_up_cell(seed):
    generator = np.random.default_rng(seed)
    scored = [
        ScoredClip(
            Clip(
                pathlib.Path(f"{place:02d}.wav"),
                "fan",
                "section_00",
                "test",
                place % 2 == 1,
                ("source", "target")[place // 2 % 2],
            ),
            float(generator.normal() + place % 2),
        )
        for place in range(16)
    ]
    return Cell(tuple(scored), 0.9, 4)


@pytest.fixture
def calls(monkeypatch):
    """Stands in for the trainings, and notes what they were to be."""
    noted = []

    def run_cell(roots, config, folder):
        noted.append((list(roots), config, folder))
        return made_up_cell(config.seed)

    monkeypatch.setattr(program, "run_cell", run_cell)
    return noted


def test_every_row_is_trained_with_every_seed(calls, tmp_path):
    result = run_study("collapse", str(tmp_path), CONFIG, num_seeds=2, data=FEW)
    rows = STUDIES["collapse"].rows
    assert [row.name for row in result.rows] == [row.name for row in rows]
    wanted = [
        dataclasses.replace(CONFIG, **row.changes, seed=seed)
        for seed in (5, 6)
        for row in rows
    ]
    assert [config for _, config, _ in calls] == wanted
    assert len({folder for _, _, folder in calls}) == 2 * len(rows)
    for row in result.rows:
        assert len(row.spreads) == 2
        assert row.auc.deviation > 0


def test_the_table_and_the_picture_are_written(calls, tmp_path):
    result = run_study("collapse", str(tmp_path), CONFIG, num_seeds=1, data=FEW)
    table, figure = result.files
    assert table.read_text(encoding="utf-8") == result.table
    assert figure.read_bytes().startswith(b"\x89PNG")
    for row in STUDIES["collapse"].rows:
        assert f"\n| {row.name} |" in result.table


def test_noise_has_data_of_its_own_at_every_level(calls, tmp_path):
    run_study("noise", str(tmp_path), CONFIG, num_seeds=1, data=FEW)
    for ([root], _, folder), row in zip(
        calls, STUDIES["noise"].rows, strict=True
    ):
        path = pathlib.Path(root, "synthetic_settings.json")
        assert json.loads(path.read_text())["snr_db"] == row.snr_db
        assert f"{row.snr_db:+g}_dB" in folder
    assert len({folder for _, _, folder in calls}) == len(calls)


def write_clips(root, *labels):
    for domain in ("source", "target"):
        for label in labels:
            name = f"section_00_{domain}_test_{label}_0000.wav"
            path = root / "fan" / "test" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"never decoded here")
    return [str(root)]


def test_data_folders_take_the_place_of_the_built_in_data(calls, tmp_path):
    roots = write_clips(tmp_path / "d", "normal", "anomaly")
    place = str(tmp_path / "study")
    run_study("collapse", place, CONFIG, roots, num_seeds=1)
    assert {tuple(used) for used, _, _ in calls} == {tuple(roots)}
    assert not (tmp_path / "study" / "data").exists()


@pytest.mark.parametrize("labels", [("normal",), ("anomaly",)])
def test_data_that_could_not_be_judged_are_refused_at_once(
    labels, calls, tmp_path
):
    roots = write_clips(tmp_path / "d", *labels)
    with pytest.raises(ValueError, match="fan/section_00 has no"):
        run_study("collapse", str(tmp_path / "study"), CONFIG, roots)
    assert not calls


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("magic", {}, "Received: study='magic'"),
        ("noise", {"roots": ["recordings"]}, "Leave the data folders out"),
        ("collapse", {"num_seeds": 0}, "Received: num_seeds=0"),
        ("collapse", {"roots": ["nowhere"]}, "nowhere"),
    ],
)
def test_what_cannot_be_studied_is_refused(
    name, options, said, calls, tmp_path
):
    with pytest.raises((ValueError, FileNotFoundError), match=said):
        run_study(name, str(tmp_path), Config(), **options)
    assert not calls
