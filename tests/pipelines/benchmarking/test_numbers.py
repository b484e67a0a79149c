import pathlib
import statistics

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from keras_asd.metrics import official_interval
from keras_asd.metrics import share_interval
from pipelines.benchmarking.cell import Cell
from pipelines.benchmarking.numbers import Number
from pipelines.benchmarking.numbers import average_seeds
from pipelines.benchmarking.numbers import number_of
from pipelines.datasets.clip import Clip
from pipelines.evaluation.drawn import Drawn
from pipelines.evaluation.judging import judge_clips
from pipelines.methods.scored_clip import ScoredClip

KEYS = [("fan", "id_00"), ("fan", "id_02"), ("pump", "id_00")]


def draw_cell(seed, domains=("source", "target"), num_each=12):
    """A training's clips in a fixed order, with scores from its seed."""
    generator = np.random.default_rng(seed)
    scored = []
    for machine, section in KEYS:
        for domain in domains:
            for is_anomaly in (False, True):
                for place in range(num_each):
                    path = pathlib.Path(
                        f"{machine}/{section}_{domain}_{is_anomaly}_{place:02d}"
                    )
                    clip = Clip(
                        path, machine, section, "test", is_anomaly, domain
                    )
                    score = generator.normal() + is_anomaly
                    scored.append(ScoredClip(clip, float(score)))
    return Cell(tuple(scored), spread=0.1 * seed, num_classes=7)


def area(scored_clips, max_fpr=None):
    labels = [one.clip.is_anomaly for one in scored_clips]
    scores = [one.anomaly_score for one in scored_clips]
    return roc_auc_score(labels, scores, max_fpr=max_fpr)


def slow_numbers(cell):
    """AUC, pAUC and official score by the rules since 2023."""
    aucs, paucs = [], []
    for key in KEYS:
        own = [
            one
            for one in cell.scored_clips
            if (one.clip.machine, one.clip.section) == key
        ]
        for domain in ("source", "target"):
            aucs.append(
                area(
                    [
                        one
                        for one in own
                        if one.clip.is_anomaly or one.clip.domain == domain
                    ]
                )
            )
        paucs.append(area(own, max_fpr=0.1))
    return (
        statistics.mean(aucs),
        statistics.mean(paucs),
        statistics.harmonic_mean(aucs + paucs),
    )


def judge(cell, year):
    return judge_clips(cell.scored_clips, year).means


def test_domain_means_are_those_of_a_slow_computation():
    for seed in (1, 2, 3):
        cell = draw_cell(seed)
        found = judge(cell, 2023)
        names = ("domain_auc", "domain_pauc", "official_score")
        for name, expected in zip(names, slow_numbers(cell), strict=True):
            assert found[name].number == pytest.approx(expected), name


def test_before_there_were_domains_machines_count_alike():
    cell = draw_cell(1, domains=(None,))
    aucs = {}
    for machine, section in KEYS:
        own = [
            one
            for one in cell.scored_clips
            if (one.clip.machine, one.clip.section) == (machine, section)
        ]
        aucs.setdefault(machine, []).append(area(own))
    expected = statistics.mean(map(statistics.mean, aucs.values()))
    assert judge(cell, 2020)["domain_auc"].number == pytest.approx(expected)
    assert number_of([judge(cell, 2020)["domain_auc"]]).deviation == 0


def test_the_interval_is_of_seeds_and_clips_drawn_again():
    generator = np.random.default_rng(0)
    num_resamples = 20_000
    drawn = [
        np.append(0.6, 0.6 + 0.03 * generator.normal(size=num_resamples)),
        np.append(0.8, 0.8 + 0.03 * generator.normal(size=num_resamples)),
    ]
    averaged = average_seeds(drawn)
    assert averaged[0] == pytest.approx(0.7)
    # One seed twice in half of the draws, with one draw of its clips.
    of_seeds, of_clips = 0.1**2 / 2, 0.03**2 * (0.5 + 0.5 / 2)
    assert averaged[1:].var() == pytest.approx(of_seeds + of_clips, rel=0.05)
    number = number_of([Drawn(one, 40.0) for one in drawn])
    assert number.deviation == pytest.approx(np.std([0.6, 0.8], ddof=1))
    assert number.interval == share_interval(averaged, 40.0)


def test_a_single_seed_has_the_interval_of_its_clips():
    cell = draw_cell(1)
    clips = [one.clip for one in cell.scored_clips]
    interval = official_interval(
        2023,
        [clip.machine for clip in clips],
        [clip.section for clip in clips],
        [clip.domain for clip in clips],
        [clip.is_anomaly for clip in clips],
        [one.anomaly_score for one in cell.scored_clips],
    )
    number = number_of([judge(cell, 2023)["official_score"]])
    assert number.interval == pytest.approx(interval, abs=0.01)
    assert number.interval[0] < number.mean < number.interval[1]


def test_clips_without_a_label_do_not_count():
    cell = draw_cell(1)
    unknown = ScoredClip(
        Clip(pathlib.Path("z"), "fan", "id_00", "test", None, "source"), 99.0
    )
    more = Cell((*cell.scored_clips, unknown), cell.spread, cell.num_classes)
    found, expected = judge(more, 2023), judge(cell, 2023)
    for name, drawn in expected.items():
        np.testing.assert_array_equal(found[name].values, drawn.values)


def test_a_number_is_above_where_its_whole_interval_is():
    number = Number(0.7, 0.0, (0.5, 0.9))
    assert number.is_above(0.49)
    assert not number.is_above(0.5)
