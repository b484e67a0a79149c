import dataclasses
import pathlib

import pytest

from pipelines.benchmarking.cell import Cell
from pipelines.benchmarking.cell_plan import CellPlan
from pipelines.benchmarking.running import CellOutcome
from pipelines.settings.config import Config
from pipelines.settings.losses import NoisyArcMix
from pipelines.settings.presets import choose_preset
from pipelines.settings.scorers import NearestNeighbors
from tests.made_up_benchmark import make_scored
from tests.tuning.toy_trials import TINY
from tuning.programs import confirmation as program
from tuning.programs.confirmation import run_with_proxy
from tuning.programs.contenders import contender_notes
from tuning.programs.contenders import contenders
from tuning.settings.search_settings import SearchSettings
from tuning.settings.values import with_values
from tuning.trials.fitting import trial_detector
from tuning.trials.judging.objective import make_objective
from tuning.trials.judging.proxy_objective import ProxyObjective
from tuning.trials.search_data import prepare_search

TRAINING_FREE = choose_preset("training_free")


def notes(root, tmp_path, final=TINY, best=TINY, **settings):
    config = dataclasses.replace(TINY, holdout=0.4)
    data = prepare_search([str(root)], config, tmp_path / "search")
    settings = SearchSettings(config, **settings)
    objective = make_objective(settings, data)
    return " ".join(contender_notes(settings, best, final, data, objective))


def test_it_says_that_nothing_better_was_found(two_fans, tmp_path):
    assert "nothing better" in notes(two_fans, tmp_path)
    best = with_values(TINY, {"margin": 0.4})
    assert "nothing better" not in notes(two_fans, tmp_path, best=best)


def test_it_says_that_test_clips_took_part_in_the_choice(two_fans, tmp_path):
    told = notes(
        two_fans,
        tmp_path,
        objective="val_official_score",
        development=(str(two_fans),),
    )
    assert "chosen by test clips" in told


def test_it_says_which_sections_have_no_labels(two_fans, tmp_path):
    assert "of 2 sections" not in notes(two_fans, tmp_path / "all")
    for clip in (two_fans / "fan" / "test").glob("*id_02*"):
        clip.unlink()
    assert "Evaluated on 1 of 2 sections" in notes(two_fans, tmp_path / "some")


def test_it_says_that_the_preset_holds_out_another_share(two_fans, tmp_path):
    final = dataclasses.replace(Config(), holdout=0.05)
    assert "best.yaml holds out 0.05" in notes(two_fans, tmp_path, final)


def test_a_value_that_the_scorer_does_not_have_is_left_out():
    settings = SearchSettings(TRAINING_FREE, ("scorer", "space"))
    best = with_values(TRAINING_FREE, {"scorer": "CentreAngle"})
    first, second = contenders(settings, best, TRAINING_FREE)
    assert first == "best trial: scorer CentreAngle"
    assert "space" in second


def test_what_the_confirmation_judges_by_was_not_fitted_on(two_fans, tmp_path):
    config = dataclasses.replace(
        TRAINING_FREE,
        clip_seconds=TINY.clip_seconds,
        scorer=NearestNeighbors(),
        holdout=0.4,
    )
    data = prepare_search([str(two_fans)], config, tmp_path / "search")
    detector = trial_detector(None, data, config)
    expected = ProxyObjective(data).measure(detector, config)
    plan = CellPlan("d", "r", 1, (str(two_fans),), config, (), tmp_path / "run")
    found = run_with_proxy(plan).numbers
    assert found["val_proxy_auc"] == expected["val_proxy_auc"]


@pytest.fixture
def cells(monkeypatch):
    """Stands in for the trainings: `cells(first, second, labelled)`."""

    def put(first, second, is_labelled=True):
        def run(plan):
            is_first = plan.row == "first"
            scored = make_scored(plan.seed, first if is_first else second)
            proxy = {"val_proxy_auc": 0.8 if is_first else 0.7}
            cell = Cell(scored if is_labelled else (), 0.9, 4)
            return CellOutcome(cell, None, numbers=proxy)

        monkeypatch.setattr(program, "run_with_proxy", run)
        rows = {
            "first": Config(loss=NoisyArcMix(margin=0.5), seed=7),
            "second": Config(seed=7),
        }
        return program.confirm(rows, ["d"], pathlib.Path("runs"), 3, ["Note."])

    return put


def test_a_confirmation_is_a_benchmark_of_two_rows(cells):
    found = cells(2.0, 0.3)
    table, note, last = found.blocks
    assert [row[:2] for row in table.rows] == [["first", "3"], ["second", "3"]]
    assert {row[-1] for row in table.rows} == {
        "reference",
        "+10.0 [+10.0, +10.0], p = 0.002",
    }
    mean, low, high = found.differences["domain_auc"]
    assert 0 < low < mean < high
    assert list(found.differences) == list(program.COLUMNS)
    assert "seeds drawn again" in note
    assert last == "Note." and "Note." in found.table


def test_without_labels_the_proxy_is_all_there_is(cells):
    found = cells(2.0, 0.3, is_labelled=False)
    assert list(found.differences) == ["val_proxy_auc"]
    assert program.UNLABELLED in found.blocks
    assert found.blocks[0].header[2:] == [
        "val_proxy_auc %",
        "val_proxy_auc less the reference's",
    ]
