"""Recordings that change while a table is interrupted are scored again."""

import os

import numpy as np
import pytest
import soundfile

from pipelines.programs.score import score_to_table
from pipelines.scoring.scoring_settings import ScoringSettings
from tests.pipelines.programs.test_score import SETTINGS
from tests.pipelines.programs.test_score import make_scorer
from tests.pipelines.programs.test_score import peak
from tests.pipelines.programs.test_score import read

WINDOWS = ScoringSettings(batch_size=2, num_threads=2, window_seconds=0.03)


@pytest.fixture
def paths(tmp_path):
    made = []
    for place in range(12):
        path = tmp_path / "clips" / "fan" / f"{place:02d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, 0.02 * (place + 1))
        made.append(str(path))
    return made


def write(path, level, length=100):
    soundfile.write(path, np.full(length, level), 1_000)


def interrupt(paths, out, settings, num_calls):
    """Scores until a scorer is killed in a call."""
    calls = []

    def score(*inputs):
        calls.append(inputs)
        if len(calls) > num_calls:
            raise KeyboardInterrupt
        return peak(*inputs)

    with pytest.raises(KeyboardInterrupt):
        score_to_table(make_scorer(score), "0", paths, out, settings)


def scores(paths, out, settings=SETTINGS, **options):
    score_to_table(make_scorer(), "0", paths, out, settings, **options)
    return read(out)


@pytest.mark.parametrize("settings", [SETTINGS, WINDOWS])
@pytest.mark.parametrize("num_calls", [1, 2])
def test_what_was_replaced_cut_or_deleted_is_scored_again(
    settings, num_calls, paths, tmp_path, caplog
):
    out = tmp_path / "scores.csv"
    interrupt(paths, out, settings, num_calls)
    write(paths[0], 0.9)
    write(paths[1], 0.8, length=50)
    os.unlink(paths[2])
    os.utime(paths[3])
    found = scores(paths, out, settings)
    assert found == scores(paths, tmp_path / "fresh.csv", settings)
    told = [path for path in paths if path in caplog.text]
    assert set(told) <= set(paths[:3])
    assert paths[0] in told


def test_one_of_the_same_size_and_time_is_found_by_verifying(paths, tmp_path):
    out = tmp_path / "scores.csv"
    for verify, score in ((False, 0.02), (True, 0.9)):
        write(paths[0], 0.02)
        interrupt(paths, out, SETTINGS, 2)
        before = os.stat(paths[0])
        write(paths[0], 0.9)
        os.utime(paths[0], ns=(before.st_atime_ns, before.st_mtime_ns))
        row = scores(paths, out, verify=verify)[0]
        assert float(row["anomaly_score"]) == pytest.approx(score, abs=1e-3)


def test_one_that_was_not_there_and_came_is_scored(paths, tmp_path):
    out = tmp_path / "scores.csv"
    os.rename(paths[0], tmp_path / "away.wav")
    interrupt(paths, out, SETTINGS, 2)
    os.rename(tmp_path / "away.wav", paths[0])
    assert all(row["problem"] == "" for row in scores(paths, out))


def test_killed_while_it_scores_again_it_ends_the_same(paths, tmp_path):
    out = tmp_path / "scores.csv"
    interrupt(paths, out, SETTINGS, 2)
    for path in paths[:3]:
        write(path, 0.7)
    interrupt(paths, out, SETTINGS, 1)
    write(paths[1], 0.6)
    assert scores(paths, out) == scores(paths, tmp_path / "fresh.csv")
