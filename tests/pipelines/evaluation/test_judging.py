import dataclasses

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from keras_asd.metrics import official_scores
from pipelines.benchmarking.benchmark import DEFAULT_COLUMNS
from pipelines.evaluation.judging import NUM_RESAMPLES
from pipelines.evaluation.judging import judge_clips


def area(rows, **options):
    labels = [one.clip.is_anomaly for one in rows]
    return roc_auc_score(labels, [one.anomaly_score for one in rows], **options)


def test_means_are_those_of_a_slow_reference(scored):
    rows = scored(0)
    judged = judge_clips(rows, 2023)
    expected = {name: [] for name in ("auc", "pauc", "mauc", "pooled_auc")}
    for machine in ("fan", "pump"):
        own = [one for one in rows if one.clip.machine == machine]
        sections = [
            [one for one in own if one.clip.section == section]
            for section in ("section_00", "section_01")
        ]
        aucs = [area(section) for section in sections]
        paucs = [area(section, max_fpr=0.1) for section in sections]
        expected["auc"].append(np.mean(aucs))
        expected["pauc"].append(np.mean(paucs))
        expected["mauc"].append(min(aucs))
        expected["pooled_auc"].append(area(own))
        found = judged.machines[machine]
        assert found["auc"].number == pytest.approx(np.mean(aucs))
        assert found["mauc"].number == pytest.approx(min(aucs))
        assert judged.sections[machine, "section_01"][
            "pauc"
        ].number == pytest.approx(paucs[1])
    for name, values in expected.items():
        assert judged.means[name].number == pytest.approx(np.mean(values)), name


@pytest.mark.parametrize("year", [2020, 2023])
def test_the_official_score_is_that_of_the_year(year, scored):
    rows = sorted(scored(1), key=lambda one: one.clip.path)
    clips = [one.clip for one in rows]
    expected = official_scores(
        year,
        [clip.machine for clip in clips],
        [clip.section for clip in clips],
        [clip.domain for clip in clips],
        [clip.is_anomaly for clip in clips],
        [one.anomaly_score for one in rows],
    ).official_score
    found = judge_clips(rows, year).means["official_score"]
    assert found.number == pytest.approx(float(expected))


def test_resamples_do_not_depend_on_scores_or_order(scored):
    rows = scored(2)
    judged = judge_clips(rows, 2023)
    again = judge_clips(rows[::-1], 2023)
    shifted = judge_clips(
        [
            dataclasses.replace(one, anomaly_score=3 * one.anomaly_score - 1)
            for one in rows
        ],
        2023,
    )
    for name in DEFAULT_COLUMNS:
        drawn = judged.means[name].values
        assert drawn.shape == (1 + NUM_RESAMPLES,)
        assert np.ptp(drawn) > 0
        np.testing.assert_array_equal(drawn, again.means[name].values)
        np.testing.assert_allclose(drawn, shifted.means[name].values)


def relabel(one, is_anomaly):
    clip = dataclasses.replace(one.clip, is_anomaly=is_anomaly)
    return dataclasses.replace(one, clip=clip)


def test_sections_without_both_labels_do_not_count(scored):
    rows = scored(3)
    kept = [one for one in rows if one.clip.key != "pump/section_01"]
    lost = [one for one in rows if one.clip.key == "pump/section_01"]
    expected = judge_clips(kept, 2023)
    for is_anomaly in (True, None):
        others = [relabel(one, is_anomaly) for one in lost]
        found = judge_clips([*kept, *others], 2023)
        assert found.left_out == ("pump/section_01",)
        assert len(found.clips) == len(kept)
        for name in set(DEFAULT_COLUMNS) - {"pooled_auc"}:
            np.testing.assert_array_equal(
                found.means[name].values, expected.means[name].values
            )
        assert "pump" in found.pooled
    nothing = judge_clips([relabel(one, True) for one in rows], 2023)
    assert not nothing.sections and not nothing.clips
    assert np.isnan(nothing.means["auc"].values).all()


def test_a_section_is_drawn_alike_whatever_else_is_judged(scored):
    rows = scored(5)
    fans = [one for one in rows if one.clip.machine == "fan"]
    together, alone = judge_clips(rows, 2023), judge_clips(fans, 2023)
    for key, areas in alone.sections.items():
        for name, drawn in areas.items():
            np.testing.assert_array_equal(
                together.sections[key][name].values, drawn.values
            )


def test_without_a_domain_there_is_no_score_of_a_year_with_domains(scored):
    rows = [
        dataclasses.replace(
            one, clip=dataclasses.replace(one.clip, domain=None)
        )
        for one in scored(4)
    ]
    judged = judge_clips(rows, 2023)
    assert np.isnan(judged.means["official_score"].values).all()
    assert np.isfinite(judged.means["auc"].values).all()
