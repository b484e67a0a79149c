import os
import pathlib

import pytest

from pipelines import atomic
from pipelines.datasets.clip import Clip
from pipelines.evaluation.official.official import judge
from pipelines.evaluation.official.official import official_of_clips
from pipelines.evaluation.official.submission import write_submission
from pipelines.methods.scored_clip import ScoredClip
from tests.evaluation_sets import YEARS
from tests.evaluation_sets import draw_set
from tests.evaluation_sets import score_of
from tests.evaluation_sets import write_truth


def scored(name, score, section="section_00", domain=None, machine="fan"):
    path = pathlib.Path(machine, "test", name)
    clip = Clip(path, machine, section, "test", None, domain)
    return ScoredClip(clip, score)


def scored_set(year):
    """Scored clips of an evaluation set, anonymous, and decisions."""
    rows = draw_set(year)
    clips = [
        scored(row[4], score_of(row) / 3, row[1], row[2] or None, row[0])
        for row in rows
    ]
    if year == 2020:
        return rows, clips, None
    return rows, clips, [one.anomaly_score > 0.1 for one in clips]


@pytest.mark.parametrize("year", YEARS)
def test_what_is_written_is_judged(tmp_path, year):
    rows, clips, decisions = scored_set(year)
    paths = write_submission(tmp_path / "scores", year, clips, decisions)
    assert paths == sorted((tmp_path / "scores").iterdir())
    truth = write_truth(tmp_path / "truth", year, rows)
    found = judge(tmp_path / "scores", truth, year, num_resamples=5)
    labelled = [
        ScoredClip(
            Clip(one.clip.path, row[0], row[1], "test", bool(row[3]), row[2]),
            one.anomaly_score,
        )
        for row, one in zip(rows, clips, strict=True)
    ]
    expected = official_of_clips(labelled, year, num_resamples=5)
    assert found.official_score == expected.official_score
    assert bool(found.decisions) == (year > 2020)


@pytest.mark.parametrize(
    "year, section, expected",
    [
        (2020, "id_05", ["anomaly_score_fan_id_05.csv"]),
        (
            2021,
            "section_03",
            [
                "anomaly_score_fan_section_03_source_test.csv",
                "decision_result_fan_section_03_source_test.csv",
            ],
        ),
        (
            2026,
            "section_00",
            [
                "anomaly_score_fan_section_00_test.csv",
                "decision_result_fan_section_00_test.csv",
            ],
        ),
    ],
)
def test_files_bear_the_names_of_the_year(tmp_path, year, section, expected):
    clips = [scored(f"{i}.wav", 1 / (i + 3), section, "source") for i in (1, 0)]
    decisions = None if year == 2020 else [False, True]
    paths = write_submission(tmp_path / "new", year, clips, decisions)
    assert [path.name for path in paths] == expected
    assert paths[0].read_bytes() == f"0.wav,{1 / 3!r}\n1.wav,0.25\n".encode()
    if year > 2020:
        assert paths[1].read_bytes() == b"0.wav,1\n1.wav,0\n"


def test_one_threshold_serves_both_domains_since_2022_alone(tmp_path):
    clips = [
        scored(f"{domain}{score}.wav", score, "section_03", domain)
        for domain, score in [
            ("source", 1.0),
            ("source", 2.0),
            ("target", 3.0),
            ("target", 4.0),
        ]
    ]
    decisions = [False, True, False, True]
    assert len(write_submission(tmp_path / "a", 2021, clips, decisions)) == 4
    with pytest.raises(ValueError, match="one threshold"):
        write_submission(tmp_path / "b", 2022, clips, decisions)
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    "year, clips, decisions, rule",
    [
        (2023, [], [], "must be clips"),
        (2023, [scored("a", 1.0)], None, "one decision a clip"),
        (2023, [scored("a", 1.0)], [True, False], "one decision a clip"),
        (2020, [scored("a", 1.0, "id_01")], [True], "one decision a clip"),
        (2020, [scored("a", 1.0)], None, "Is the year right"),
        (2023, [scored("a", 1.0, "id_01")], [True], "Is the year right"),
        (2023, [scored("a", 1.0, "all")], [True], "Is the year right"),
        (2023, [scored("a", 1.0, machine="../b")], [True], "without slashes"),
        (2021, [scored("a", 1.0)], [True], "must have a domain"),
        (2019, [scored("a", 1.0)], [True], "2020 to 2026"),
        (2023, [scored("a", 1.0)] * 2, [True] * 2, "names of the clips"),
        (2023, [scored("a", 1.0), scored("b", 1.0)], [1, 0], "one threshold"),
    ],
)
def test_what_no_evaluator_takes_is_refused(
    tmp_path, year, clips, decisions, rule
):
    with pytest.raises(ValueError, match=rule):
        write_submission(tmp_path / "new", year, clips, decisions)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_holds_something_is_kept(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="new or empty"):
        write_submission(tmp_path, 2023, [scored("a", 1.0)], [True])
    assert os.listdir(tmp_path) == ["notes.txt"]


def test_the_folder_is_whole_or_not_there(tmp_path, monkeypatch):
    write_text, written = atomic.write_text, []

    def fail_at_the_second(path, text):
        if written:
            raise OSError("disk full")
        written.append(path)
        write_text(path, text)

    monkeypatch.setattr(atomic, "write_text", fail_at_the_second)
    with pytest.raises(OSError, match="disk full"):
        write_submission(tmp_path / "new", 2023, [scored("a", 1.0)], [True])
    assert written and not list(tmp_path.iterdir())
