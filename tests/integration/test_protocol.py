"""From DCASE-shaped recordings to what the official evaluator takes."""

import json
import re

import pytest

from keras_asd.__main__ import main
from pipelines.datasets import read_clips
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.evaluation.official.official import judge
from tests.evaluation_sets import write_truth

FREE = (
    "--preset training_free --clip_seconds 0.5 --embedder.num_mel_bins 16"
).split()
SCORERS = ("NearestNeighbors", "CentreAngle")


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    root = tmp_path_factory.mktemp("dcase") / "data"
    settings = SyntheticSettings(
        machines=("fan", "valve"),
        num_ids=1,
        num_train=14,
        num_train_target=2,
        num_test_normal=8,
        num_test_anomaly=8,
        seconds=0.5,
    )
    generate(root, settings)
    return root


@pytest.fixture(scope="module")
def truth(recordings):
    """What the organisers publish afterwards: names, labels, domains."""
    clips = [clip for clip in read_clips(recordings) if clip.split == "test"]
    rows = [
        (
            clip.machine,
            clip.section,
            clip.domain,
            int(clip.is_anomaly),
            f"section_00_{place:04d}.wav",
            clip.path.name,
        )
        for place, clip in enumerate(clips)
    ]
    return write_truth(recordings.parent / "truth", 2023, rows)


@pytest.fixture(scope="module")
def free_run(recordings, tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "free"
    words = ["train", str(recordings), "--run", str(path), *FREE]
    assert main(words) == 0
    return path


@pytest.fixture(scope="module")
def submission(recordings, free_run):
    folder = free_run.parent / "submission"
    words = ["evaluate", str(free_run), str(recordings), "--scorer", *SCORERS]
    assert main([*words, "--submission", str(folder), "--year", "2023"]) == 0
    return folder


@pytest.mark.parametrize("scorer", SCORERS)
def test_a_submission_is_judged_as_the_evaluation_was(
    scorer, submission, truth, free_run, capsys
):
    words = ["official", str(submission / scorer), "--year", "2023"]
    assert main([*words, "--ground_truth", str(truth)]) == 0
    told = re.search(r"rules of 2023: (\S+) %", capsys.readouterr().out)
    path = free_run / "scorers" / scorer / "metrics.json"
    official = json.loads(path.read_text())["official"]
    assert official["year"] == 2023
    assert float(told[1]) == pytest.approx(100 * official["score"], abs=0.005)
    found = judge(submission / scorer, truth, 2023, num_resamples=5)
    assert found.official_score == pytest.approx(official["score"])


@pytest.mark.parametrize("scorer", SCORERS)
def test_every_section_has_scores_and_decisions(scorer, submission):
    names = sorted(path.name for path in (submission / scorer).iterdir())
    assert names == [
        f"{kind}_{machine}_section_00_test.csv"
        for kind in ("anomaly_score", "decision_result")
        for machine in ("fan", "valve")
    ]
    for name in names[2:]:
        lines = (submission / scorer / name).read_text().splitlines()
        assert len(lines) == 16
        assert {line[-2:] for line in lines} <= {",0", ",1"}


def test_two_scorers_are_compared_on_the_same_resamples(
    submission, truth, capsys
):
    folders = [str(submission / scorer) for scorer in SCORERS]
    words = ["official", folders[0], "--against", folders[1]]
    words += ["--ground_truth", str(truth), "--year", "2023", "--markdown"]
    assert main(words) == 0
    assert "First less second: " in capsys.readouterr().out


def test_a_submission_never_overwrites_another(
    recordings, free_run, submission, capsys
):
    words = ["evaluate", str(free_run), str(recordings), "--scorer"]
    words += [SCORERS[0], "--submission", str(submission)]
    assert main(words) == 2
    assert "must not be there yet" in capsys.readouterr().err


def test_a_submission_that_is_there_already_is_no_error(
    recordings, free_run, tmp_path, capsys
):
    words = ["evaluate", str(free_run), str(recordings), "--submission"]
    words.append(str(tmp_path / "s"))
    assert main(words) == main(words) == 0
    path = next((tmp_path / "s").glob("*/decision_result_*"))
    path.write_text("other\n")
    assert main(words) == 2
    assert "must not be there yet" in capsys.readouterr().err
    assert path.read_text() == "other\n"


def test_the_run_s_own_scorer_is_submitted_by_its_name(
    recordings, free_run, tmp_path
):
    words = ["evaluate", str(free_run), str(recordings)]
    assert main([*words, "--submission", str(tmp_path / "s")]) == 0
    assert [path.name for path in (tmp_path / "s").iterdir()] == [
        "LocalDensity(space=raw)"
    ]


def test_sections_that_are_none_of_that_year_are_told(
    data, run, tmp_path, capsys
):
    words = ["evaluate", str(run), str(data), "--year", "2023"]
    words += ["--scorer", "NearestNeighbors"]
    assert main([*words, "--submission", str(tmp_path / "s")]) == 2
    assert "Received: 'fan/id_00'" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()
