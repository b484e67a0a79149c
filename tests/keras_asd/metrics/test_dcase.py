import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from keras_asd.metrics import OfficialScores
from keras_asd.metrics import official_score
from keras_asd.metrics import official_scores

# Percent, per machine: AUC source, AUC target, pAUC of the 2023 baseline.
MAHALANOBIS_2023 = {
    "bandsaw": (83.6, 58.9, 57.5),
    "grinder": (74.1, 50.7, 59.6),
    "shaker": (84.8, 63.0, 62.3),
    "ToyDrone": (81.3, 46.2, 51.4),
    "ToyNscale": (66.8, 40.9, 50.9),
    "ToyTank": (80.1, 45.3, 53.8),
    "Vacuum": (83.8, 90.1, 65.3),
}
AUTOENCODER_2020 = {
    "ToyCar": (80.09, 67.22),
    "ToyConveyor": (72.68, 60.66),
    "fan": (65.16, 52.59),
    "pump": (72.59, 60.00),
    "slider": (84.99, 66.93),
    "valve": (66.46, 50.60),
}


def draw_clips(seed=0, num_machines=2, num_sections=3, num_each=7):
    """Machines, sections, domains, labels, scores; uneven, with ties."""
    generator = np.random.default_rng(seed)
    rows = []
    for machine in range(num_machines):
        for section in range(num_sections):
            for domain in ("source", "target"):
                for label in (0, 1):
                    for _ in range(generator.integers(2, num_each)):
                        score = generator.integers(0, 9) + 2.0 * label
                        rows.append(
                            (f"m{machine}", f"s{section}", domain, label, score)
                        )
    generator.shuffle(rows)
    columns = [list(column) for column in zip(*rows, strict=True)]
    return [
        *columns[:3],
        [int(label) for label in columns[3]],
        [float(score) for score in columns[4]],
    ]


def slow_harmonic_mean(values):
    return len(values) / sum(1 / max(v, sys.float_info.epsilon) for v in values)


def slow_official_score(year, machines, sections, domains, labels, scores):
    """Loops and scikit-learn, in the words of the challenge's pages."""
    clips = list(zip(machines, sections, domains, labels, scores, strict=True))

    def area(kept, max_fpr=None):
        return roc_auc_score(
            [c[3] for c in kept], [c[4] for c in kept], max_fpr=max_fpr
        )

    per_machine, every = [], []
    for machine in sorted(set(machines)):
        aucs, paucs = [], []
        for section in sorted(set(sections)):
            inside = [c for c in clips if c[:2] == (machine, section)]
            if year == 2020:
                aucs.append(area(inside))
                paucs.append(area(inside, 0.1))
                continue
            for domain in ("source", "target"):
                own = [c for c in inside if c[2] == domain]
                if year == 2021:
                    every += [area(own), area(own, 0.1)]
                else:
                    anomalies = [c for c in inside if c[3] == 1]
                    normals = [c for c in own if c[3] == 0]
                    every.append(area(anomalies + normals))
            if year > 2021:
                every.append(area(inside, 0.1))
        if year == 2020:
            amean = (sum(aucs) / len(aucs) + sum(paucs) / len(paucs)) / 2
            per_machine.append((amean, min(aucs)))
    if year == 2020:
        return tuple(np.mean(per_machine, axis=0))
    return slow_harmonic_mean(every), None


@pytest.mark.parametrize("year", range(2020, 2027))
@pytest.mark.parametrize("seed", range(5))
def test_the_score_is_that_of_loops_over_scikit_learn(year, seed):
    clips = draw_clips(seed)
    found = official_scores(year, *clips)
    expected, expected_mauc = slow_official_score(year, *clips)
    assert found.official_score == pytest.approx(expected, abs=1e-12)
    if year == 2020:
        assert found.mauc == pytest.approx(expected_mauc, abs=1e-12)
    else:
        assert found.mauc is None


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.integers(0, 9), min_size=9, max_size=9),
    st.lists(st.integers(0, 9), min_size=6, max_size=6),
)
def test_with_as_many_normals_a_domain_the_auc_of_all_is_the_mean(
    source_and_anomalies, target
):
    scores = source_and_anomalies[:6] + target + source_and_anomalies[6:]
    labels = [0] * 12 + [1] * 3
    domains = ["source"] * 6 + ["target"] * 6 + ["source", "target", "target"]
    names = (["fan"] * 15, ["section_00"] * 15)
    found = official_scores(2023, *names, domains, labels, scores)
    mixed = official_scores(2020, *names, None, labels, scores)
    mean = (found.numbers["auc_source"] + found.numbers["auc_target"]) / 2
    assert mean[0] == pytest.approx(mixed.numbers["auc"][0], abs=1e-12)
    assert found.numbers["pauc"][0] == mixed.numbers["pauc"][0]


def test_the_baseline_of_2023_gets_its_published_score():
    machines = tuple(MAHALANOBIS_2023)
    columns = np.array(list(MAHALANOBIS_2023.values())).T / 100
    numbers = dict(zip(("auc_source", "auc_target", "pauc"), columns, strict=1))
    scores = OfficialScores(2023, machines, ("section_00",) * 7, numbers)
    expected = {"auc_source": 0.7871, "auc_target": 0.5309, "pauc": 0.5682}
    for name, value in expected.items():
        assert scores.harmonic_mean(name) == pytest.approx(value, abs=1e-3)
    assert scores.official_score == pytest.approx(0.6105, abs=1e-3)
    assert official_score(2023, machines, numbers) == scores.official_score


def test_the_baseline_of_2020_gets_its_published_means():
    machines = tuple(AUTOENCODER_2020)
    auc, pauc = np.array(list(AUTOENCODER_2020.values())).T / 100
    numbers = {"auc": auc, "pauc": pauc}
    scores = OfficialScores(2020, machines, ("id_00",) * 6, numbers)
    assert scores.arithmetic_mean("auc") == pytest.approx(0.7366, abs=1e-4)
    assert scores.arithmetic_mean("pauc") == pytest.approx(0.5967, abs=1e-4)
    assert scores.official_score == pytest.approx(0.6666, abs=1e-4)


def test_a_machine_of_many_ids_counts_as_much_as_one_of_few_in_2020():
    machines = ("fan", "fan", "fan", "pump")
    numbers = {"auc": np.array([0.5, 0.6, 0.7, 1.0]), "pauc": np.full(4, 0.5)}
    scores = OfficialScores(2020, machines, ("a", "b", "c", "a"), numbers)
    assert scores.official_score == pytest.approx((0.55 + 0.75) / 2)
    assert scores.mauc == pytest.approx(0.75)


def test_worst_scores_give_a_score_of_almost_nothing():
    clips = [["fan"] * 4, ["s"] * 4, ["source", "target"] * 2, [1, 1, 0, 0]]
    found = official_scores(2023, *clips, [0, 0, 1, 1])
    assert 0 <= found.official_score < 1e-12


def test_constant_scores_give_one_half_everywhere():
    clips = draw_clips()
    for year in range(2020, 2027):
        found = official_scores(year, *clips[:4], [3.0] * len(clips[0]))
        for numbers in found.numbers.values():
            np.testing.assert_allclose(numbers, 0.5)
        assert found.official_score == pytest.approx(0.5)


def test_the_order_of_the_clips_does_not_matter():
    clips = draw_clips()
    order = np.random.default_rng(1).permutation(len(clips[0]))
    shuffled = [[column[i] for i in order] for column in clips]
    for year in (2020, 2021, 2023):
        one, other = (official_scores(year, *c) for c in (clips, shuffled))
        assert one.machines == other.machines
        assert one.official_score == other.official_score


@pytest.mark.parametrize("year", [2020, 2021, 2024])
def test_each_resample_scores_as_its_clips_written_out(year):
    clips = draw_clips(seed=3, num_sections=1)
    generator = np.random.default_rng(0)
    counts = generator.integers(1, 3, size=(4, len(clips[0])))
    found = official_scores(year, *clips, counts)
    for row, score in zip(counts, found.official_score, strict=True):
        drawn = np.repeat(np.arange(row.size), row)
        written = [[column[i] for i in drawn] for column in clips]
        expected, _ = slow_official_score(year, *written)
        assert score == pytest.approx(expected, abs=1e-12)
    assert found.of_machine("m0").official_score.shape == (4,)
