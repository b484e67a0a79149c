import dataclasses

import numpy as np

from pipelines.settings.config import Config
from pipelines.settings.presets import choose_preset
from pipelines.settings.scorers import NearestNeighbors
from tests.tuning.toy_trials import TINY
from tuning.programs.confirmation import _cell
from tuning.programs.confirmation import _run
from tuning.programs.contenders import contender_notes
from tuning.settings.search_settings import SearchSettings
from tuning.settings.values import with_values
from tuning.trials.fitting import trial_detector
from tuning.trials.judging.objective import ProxyObjective
from tuning.trials.judging.objective import make_objective
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
    assert "Judged on 1 of 2 sections" in notes(two_fans, tmp_path / "some")


def test_it_says_that_the_preset_holds_out_another_share(two_fans, tmp_path):
    final = dataclasses.replace(Config(), holdout=0.05)
    assert "best.yaml holds out 0.05" in notes(two_fans, tmp_path, final)


def test_one_seed_has_no_deviation():
    assert _cell(np.array([0.5])) == "50.0"
    assert _cell(np.array([0.4, 0.6])) == "50.0 ± 14.1"


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
    found = _run(config, [str(two_fans)], tmp_path / "run")
    assert found["val_proxy_auc"][0] == expected["val_proxy_auc"]
