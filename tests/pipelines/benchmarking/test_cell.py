import itertools
import json
import math
import os
import pathlib

import numpy as np
import pytest

from pipelines.benchmarking import cell
from pipelines.benchmarking.cell import embedding_spread
from pipelines.benchmarking.cell import read_cell
from pipelines.benchmarking.cell import run_cell
from pipelines.benchmarking.cell_scores import CONFIGURED_SCORER
from pipelines.datasets.clip import Clip
from pipelines.methods.embedding_files import write_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.scored_clip import ScoredClip
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import write_config
from pipelines.settings.config import Config

CLIPS = [
    Clip(pathlib.Path("/d/b, c.wav"), "fan", "id_00", "test", True, "source"),
    Clip(
        pathlib.Path(os.fsdecode(b"/d/caf\xe9.wav")),
        "fan",
        "id_02",
        "test",
        False,
        "target",
    ),
    Clip(pathlib.Path("/d/a.wav"), "pump", "all", "test", None),
]
SCORED = [ScoredClip(one, 0.1 + i / 3) for i, one in enumerate(CLIPS)]
VECTORS = np.random.default_rng(0).normal(size=(6, 4))


@pytest.fixture
def calls(monkeypatch):
    """Stands in for training and scoring, and notes the calls."""
    noted = []

    def train(roots, config, folder):
        noted.append("train")
        run = RunFolder(pathlib.Path(folder))
        rows = np.arange(6)
        keys = np.array(["fan/id_00"] * 6)
        write_embeddings(
            run.embeddings, Embeddings(VECTORS, keys, rows > 9, rows)
        )
        run.labels.write_text(
            json.dumps({"classes": ["a", "b", "c"], "keys": {}, "groups": {}})
        )

    def score_by_scorers(folder, roots, scorers, detector):
        noted.append("score")
        return {CONFIGURED_SCORER: SCORED} | {
            name: SCORED[1:] for name in scorers
        }

    monkeypatch.setattr(cell, "train", train)
    monkeypatch.setattr(cell, "score_by_scorers", score_by_scorers)
    return noted


def test_a_cell_holds_what_the_training_came_to(calls, tmp_path):
    found = run_cell(["data"], Config(), str(tmp_path / "run"))
    assert found.num_classes == 3
    assert found.spread == embedding_spread(VECTORS)
    expected = sorted(SCORED, key=lambda one: one.clip.path)
    assert list(found.scored_clips) == expected


def test_what_was_scored_is_not_scored_again(calls, tmp_path):
    first = run_cell(["data"], Config(), str(tmp_path / "run"))
    again = run_cell(["data"], Config(), str(tmp_path / "run"))
    assert first == again
    assert calls.count("score") == 1


def test_further_scorers_are_held_apart_and_may_lack_clips(calls, tmp_path):
    folder = str(tmp_path / "run")
    found = run_cell(["data"], Config(), folder, ["Centroids"])
    by_path = sorted(SCORED, key=lambda one: one.clip.path)
    assert list(found.scored_clips) == by_path
    wanted = [one for one in by_path if one in SCORED[1:]]
    assert list(found.by_scorer["Centroids"]) == wanted


def test_another_scorer_is_added_without_another_training(calls, tmp_path):
    folder = str(tmp_path / "run")
    first = run_cell(["data"], Config(), folder)
    again = run_cell(["data"], Config(), folder, ["Centroids"])
    assert calls.count("score") == 2
    assert first.scored_clips == again.scored_clips
    assert run_cell(["data"], Config(), folder).by_scorer == {}
    assert calls.count("score") == 2


def test_a_cell_is_read_only_where_it_has_ended(calls, tmp_path):
    folder = str(tmp_path / "run")
    assert read_cell(["data"], Config(), folder) is None
    found = run_cell(["data"], Config(), folder)
    assert read_cell(["data"], Config(), folder) == found
    assert read_cell(["data"], Config(), folder, ["Centroids"]) is None


def test_a_cell_of_other_settings_is_refused(calls, tmp_path):
    run = RunFolder(tmp_path / "run")
    write_config(run, Config(epochs=9), [os.path.abspath("data")])
    run.clips.touch()
    run_cell(["data"], Config(epochs=9), str(run.path))
    with pytest.raises(ValueError, match="epochs: 9 then, 8 now"):
        read_cell(["data"], Config(epochs=8), str(run.path))


def test_what_was_killed_before_it_was_written_is_scored_again(
    calls, tmp_path, monkeypatch
):
    def kill(folder, roots, scorers, detector):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(cell, "score_by_scorers", kill)
        with pytest.raises(KeyboardInterrupt):
            run_cell(["data"], Config(), str(tmp_path / "run"))
    assert len(run_cell(["data"], Config(), str(tmp_path / "run")).scored_clips)
    assert calls == ["train", "train", "score"]


def test_spread_is_the_root_mean_squared_distance_to_the_mean_direction():
    directions = [
        [value / math.sqrt(sum(x * x for x in row)) for value in row]
        for row in VECTORS.tolist()
    ]
    mean = [sum(column) / 6 for column in zip(*directions, strict=True)]
    squares = [math.dist(row, mean) ** 2 for row in directions]
    expected = math.sqrt(sum(squares) / 6)
    assert embedding_spread(VECTORS) == pytest.approx(expected)


def test_spread_does_not_depend_on_lengths_and_ends_at_zero_and_one():
    lengths = np.array([1e-6, 1, 10, 1e3, 5, 2])[:, None]
    spread = embedding_spread(VECTORS)
    assert embedding_spread(lengths * VECTORS) == pytest.approx(spread)
    alike = np.outer([1.0, 2.0, 3.0], VECTORS[0])
    assert embedding_spread(alike) == pytest.approx(0, abs=1e-7)
    everywhere = np.array(list(itertools.product([-1, 1], repeat=4)))
    assert embedding_spread(everywhere) == pytest.approx(1)
    assert embedding_spread(np.zeros((3, 4))) == 0
