import pathlib

import numpy as np
import pytest

from keras_asd.metrics import official_scores
from pipelines.datasets.clip import Clip
from pipelines.evaluation.official.official import compare
from pipelines.evaluation.official.official import guess_year
from pipelines.evaluation.official.official import judge
from pipelines.evaluation.official.official import official_of_clips
from pipelines.methods.scored_clip import ScoredClip
from tests.evaluation_sets import YEARS
from tests.evaluation_sets import draw_set
from tests.evaluation_sets import score_of
from tests.evaluation_sets import write_scores
from tests.evaluation_sets import write_truth


def expected_score(year, rows):
    columns = list(zip(*rows, strict=True))
    scores = [score_of(row) for row in rows]
    return official_scores(year, *columns[:4], scores).official_score


def lay_out(tmp_path, year, num_each=3, **kwargs):
    rows = draw_set(year, num_each)
    truth = write_truth(tmp_path / "truth", year, rows)
    scores = write_scores(tmp_path / "scores", year, rows, **kwargs)
    return rows, scores, truth


def scored_clips(year, num_each=3):
    folder = {2021: "{}_test"}.get(year, "test")
    return [
        ScoredClip(
            Clip(
                pathlib.Path(row[0], folder.format(row[2]), row[4]),
                *row[:2],
                "test",
                bool(row[3]),
                row[2] or None,
            ),
            score_of(row),
        )
        for row in draw_set(year, num_each)
    ]


@pytest.mark.parametrize("year", YEARS)
def test_a_folder_gets_the_score_of_its_clips(tmp_path, year):
    rows, scores, truth = lay_out(tmp_path, year, num_each=10)
    found = judge(scores, truth, year, num_resamples=50)
    assert found.official_score == expected_score(year, rows)
    low, high = found.interval
    assert low <= found.official_score <= high
    assert not found.decisions
    assert (found.evaluators_ci95 is None) == (year < 2022)


def test_few_clips_have_a_score_without_an_interval(tmp_path):
    _, scores, truth = lay_out(tmp_path, 2023)
    found = judge(scores, truth, 2023, num_resamples=5)
    assert found.interval is None
    assert "An interval needs 4 clips" in " ".join(found.table.split())
    assert "interval -." in found.table


@pytest.mark.parametrize("year", [2020, 2022, 2023, 2024])
def test_original_names_do_as_well(tmp_path, year):
    rows, scores, truth = lay_out(
        tmp_path, year, naming=lambda row: row[5 - row[3]]
    )
    found = judge(scores, truth, year, num_resamples=5)
    assert found.official_score == expected_score(year, rows)


def test_names_of_2024_do_with_and_without_test(tmp_path):
    def add_test(row):
        if row[0] == "RoboticArm":
            for domain in ("source", "target"):
                name = row[5].replace(f"_{domain}_", f"_{domain}_test_")
                if name != row[5]:
                    return name
        return row[5].replace("_test_", "_")

    rows, scores, truth = lay_out(tmp_path, 2024, naming=add_test)
    found = judge(scores, truth, 2024, num_resamples=5)
    assert found.official_score == expected_score(2024, rows)


def test_files_named_as_the_baselines_do(tmp_path):
    rows, scores, truth = lay_out(tmp_path, 2023)
    for path in list(scores.iterdir()):
        stem = path.stem.replace("anomaly_score_", "anomaly_score_DCASE2023T2")
        path.rename(scores / f"{stem}_seed13711_id(0_)_Eval.csv")
    found = judge(scores, truth, 2023, num_resamples=5)
    assert found.official_score == expected_score(2023, rows)


@pytest.mark.parametrize("year", [2020, 2021, 2023])
def test_the_order_of_rows_does_not_matter(tmp_path, year):
    _, scores, truth = lay_out(tmp_path, year)
    before = judge(scores, truth, year, num_resamples=20)
    generator = np.random.default_rng(0)
    folders = [scores] + ([truth / "ground_truth_data"] if year > 2020 else [])
    for folder in folders:
        for path in folder.glob("*.csv"):
            lines = path.read_text().splitlines(keepends=True)
            path.write_text("".join(generator.permutation(lines)))
    after = judge(scores, truth, year, num_resamples=20)
    assert after.table == before.table


def test_decisions_are_judged_domain_by_domain(tmp_path):
    rows, scores, truth = lay_out(tmp_path, 2023)
    write_scores(scores, 2023, rows, kind="decision_result")
    found = judge(scores, truth, 2023, num_resamples=5)
    own = [row for row in rows if row[0] == "fan" and row[2] == "target"]
    called = [row for row in own if score_of(row) > 0.4]
    num_hits = sum(row[3] for row in called)
    numbers = found.decisions["fan", "section_00", "target"]
    assert numbers.precision == pytest.approx(num_hits / len(called))
    assert numbers.recall == pytest.approx(num_hits / 3)
    assert len(found.decisions) == 4
    assert "precision" in found.table and "precision" in found.markdown


def test_files_of_other_machines_are_told(tmp_path):
    _, scores, truth = lay_out(tmp_path, 2023)
    extra = scores / "anomaly_score_pump_section_00_test.csv"
    extra.write_text("a.wav,1\n")
    assert extra.name in judge(scores, truth, 2023, num_resamples=5).table


def test_two_folders_are_compared_on_the_same_clips(tmp_path):
    rows, scores, truth = lay_out(tmp_path, 2023)
    other = write_scores(tmp_path / "other", 2023, rows)
    for path in other.iterdir():
        lines = [line.split(",")[0] for line in path.read_text().splitlines()]
        path.write_text("".join(f"{name},0.5\n" for name in lines))
    found = compare(scores, other, truth, 2023, num_resamples=50)
    assert found.second.official_score == pytest.approx(0.5)
    expected = expected_score(2023, rows) - 0.5
    assert found.difference.difference == pytest.approx(expected)
    assert "First less second: +" in found.table
    assert "p = " in found.markdown


@pytest.mark.parametrize(
    "year, guess", [(2020, 2020), (2021, 2021), (2024, 2023)]
)
def test_clips_in_memory_get_the_score_of_their_year(year, guess):
    clips = scored_clips(year)
    assert guess_year([scored.clip for scored in clips]) == guess
    found = official_of_clips(clips, num_resamples=20)
    assert found and found.scores.year == guess
    assert found.official_score == expected_score(year, draw_set(year))
    again = official_of_clips(clips[::-1], num_resamples=20)
    assert again.table == found.table


def test_clips_that_lack_something_get_no_score_but_a_reason():
    clips = [one for one in scored_clips(2023) if one.clip.machine == "fan"]
    lone = Clip(pathlib.Path("x"), "pump", "s", "test", True, "source")
    unlabelled = Clip(pathlib.Path("y"), "slider", "s", "test", None, "target")
    clips += [ScoredClip(lone, 1.0), ScoredClip(unlabelled, 1.0)]
    nothing = official_of_clips(clips)
    assert not nothing
    assert [line.partition(" has no ")[::2] for line in nothing.reasons] == [
        (
            "pump/s",
            "normal clip of the source domain, "
            "no normal clip of the target domain",
        ),
        ("slider/s", "label for 1 of its 1 clips"),
    ]
    assert "pump/s" in nothing.table
    found = official_of_clips(clips, leave_out_incomplete=True, num_resamples=5)
    assert found.scores.machines == ("fan",)
    assert "Left out: slider/s" in found.table
    assert not official_of_clips([])
