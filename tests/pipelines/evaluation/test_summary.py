import json
import pathlib

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from pipelines.datasets.clip import Clip
from pipelines.evaluation.judging import judge_clips
from pipelines.evaluation.summary import summarize
from pipelines.methods.scored_clip import ScoredClip
from pipelines.report.report import baseline_clips
from pipelines.report.report import write_report


def score(machine, section, is_anomaly, scores, baselines=None):
    return [
        ScoredClip(
            Clip(
                pathlib.Path(f"{machine}/{section}_{label}_{index:03d}.wav"),
                machine,
                section,
                "test",
                label,
            ),
            float(value),
            baseline_score=None if baselines is None else baselines[index],
        )
        for index, (label, value) in enumerate(
            zip(is_anomaly, scores, strict=True)
        )
    ]


@pytest.fixture
def two_machines():
    generator = np.random.default_rng(0)
    clips = []
    for machine, section, shift in [
        ("fan", "id_00", 2.0),
        ("fan", "id_02", 0.5),
        ("pump", "all", 1.0),
    ]:
        labels = np.repeat([False, True], 25).tolist()
        scores = generator.normal(size=50) + shift * np.array(labels)
        baselines = generator.normal(size=50).tolist()
        clips += score(machine, section, labels, scores, baselines)
    return clips


def expected_auc(clips, machine, section=None, max_fpr=None):
    chosen = [
        scored
        for scored in clips
        if scored.clip.machine == machine
        and section in (None, scored.clip.section)
        and scored.clip.is_anomaly is not None
    ]
    labels = [scored.clip.is_anomaly for scored in chosen]
    scores = [scored.anomaly_score for scored in chosen]
    return roc_auc_score(labels, scores, max_fpr=max_fpr)


def test_each_section_has_its_own_numbers(two_machines):
    entry = summarize(judge_clips(two_machines))["machines"]["fan"]["id_02"]
    assert entry["auc"] == pytest.approx(
        expected_auc(two_machines, "fan", "id_02")
    )
    assert entry["pauc"] == pytest.approx(
        expected_auc(two_machines, "fan", "id_02", max_fpr=0.1)
    )
    assert (entry["num_normal"], entry["num_anomaly"]) == (25, 25)
    assert "reason" not in entry


def test_the_mean_is_over_machines_of_the_mean_over_sections(two_machines):
    mean = summarize(judge_clips(two_machines))["mean"]
    first, second = (
        expected_auc(two_machines, "fan", section)
        for section in ("id_00", "id_02")
    )
    pump = expected_auc(two_machines, "pump")
    assert mean["auc"] == pytest.approx(((first + second) / 2 + pump) / 2)
    assert mean["mauc"] == pytest.approx((min(first, second) + pump) / 2)
    assert mean["machines"]["fan"]["mauc"] == pytest.approx(min(first, second))
    assert (mean["num_machines"], mean["num_sections"]) == (2, 3)


def test_pooled_numbers_are_of_one_curve_a_machine(two_machines):
    pooled = summarize(judge_clips(two_machines))["pooled"]
    curves = [
        expected_auc(two_machines, machine, max_fpr=0.1)
        for machine in ("fan", "pump")
    ]
    assert pooled["pauc"] == pytest.approx(np.mean(curves))


def test_intervals_hold_the_number_and_narrow_with_more_clips(two_machines):
    widths = []
    for clips in (two_machines, two_machines * 4):
        mean = summarize(judge_clips(clips))["mean"]
        for name in ("auc", "pauc", "mauc"):
            low, high = mean[f"{name}_interval"]
            assert 0 <= low <= mean[name] <= high <= 1
        widths.append(np.ptp(mean["auc_interval"]))
    assert widths[1] == pytest.approx(widths[0] / 2, rel=0.15)


def test_the_numbers_do_not_depend_on_the_order_of_the_clips(two_machines):
    assert summarize(judge_clips(two_machines)) == summarize(
        judge_clips(two_machines[::-1])
    )


def test_a_section_without_a_label_is_left_out_with_its_reason(two_machines):
    clips = [
        *two_machines,
        *score("fan", "id_04", [False] * 3, [0.1, 0.2, 0.3]),
        *score("fan", "id_06", [True], [0.1]),
        *score("valve", "id_00", [None, None], [0.1, 0.2]),
    ]
    summary = summarize(judge_clips(clips))
    machines = summary["machines"]
    assert machines["fan"]["id_04"]["auc"] is None
    assert machines["fan"]["id_04"]["auc_interval"] is None
    assert machines["fan"]["id_04"]["num_normal"] == 3
    reasons = [
        machines["fan"]["id_04"]["reason"],
        machines["fan"]["id_06"]["reason"],
        machines["valve"]["id_00"]["reason"],
    ]
    assert reasons == [
        "no anomaly among its clips (3 normal)",
        "no normal clip among its clips (1 anomalous)",
        "no label on its clips (2 unlabelled)",
    ]
    mean = summary["mean"]
    assert mean["auc"] == pytest.approx(
        summarize(judge_clips(two_machines))["mean"]["auc"]
    )
    assert (mean["num_machines"], mean["num_sections"]) == (2, 3)
    assert "valve" not in summary["pooled"]["machines"]
    assert summary["pooled"]["machines"]["fan"]["auc"] == pytest.approx(
        expected_auc(clips, "fan")
    )


def test_unlabelled_clips_beside_labelled_ones_do_not_count(two_machines):
    clips = [*two_machines, *score("pump", "all", [None] * 9, [9.0] * 9)]
    assert summarize(judge_clips(clips))["machines"]["pump"]["all"][
        "auc"
    ] == pytest.approx(expected_auc(two_machines, "pump"))


def test_without_any_defined_section_the_mean_says_so():
    summary = summarize(judge_clips(score("fan", "id_00", [True], [1.0])))
    for part in ("mean", "pooled"):
        assert summary[part]["auc"] is None
        assert summary[part]["num_machines"] == 0
        assert "both labels" in summary[part]["reason"]
    json.dumps(summary, allow_nan=False)


def test_the_baseline_has_the_same_numbers_of_its_own_scores(two_machines):
    swapped = judge_clips(baseline_clips(two_machines))
    summary = summarize(judge_clips(two_machines), swapped, "nearest neighbour")
    baseline = summary["baseline"]
    assert baseline.pop("name") == "nearest neighbour"
    for part, numbers in baseline.items():
        assert numbers == summarize(swapped)[part]
    scores = [scored.baseline_score for scored in two_machines]
    found = [scored.anomaly_score for scored in baseline_clips(two_machines)]
    assert found == scores


def test_a_clip_without_its_baseline_score_is_refused(two_machines):
    clips = [*two_machines, *score("fan", "id_00", [True], [1.0])]
    with pytest.raises(ValueError, match="1 of 151 without"):
        baseline_clips(clips)


def test_no_clip_at_all_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one clip"):
        write_report(tmp_path, [])


@pytest.mark.parametrize(
    "numbers, rule",
    [
        ({"anomaly_score": float("nan")}, "anomaly_score.*finite.*a.wav"),
        ({"anomaly_score": 1.0, "baseline_score": float("inf")}, "baseline"),
        ({"anomaly_score": 1.0, "angle_degrees": 181.0}, "from 0 to 180"),
    ],
)
def test_a_score_that_is_no_number_is_refused_with_its_clip(numbers, rule):
    clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    with pytest.raises(ValueError, match=rule):
        ScoredClip(clip, **numbers)
