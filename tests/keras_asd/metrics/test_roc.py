import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from keras_asd.metrics import partial_auc
from keras_asd.metrics import resample_counts
from keras_asd.metrics import roc_auc
from keras_asd.metrics import roc_curves
from keras_asd.metrics import standardized_area

PUBLISHED = [
    ([0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.55, 0.6, 0.7, 0.9], 0.605263),
    ([0.0] * 9 + [1e-6], 0.736842),
]
ANOMALIES = [[0.25, 0.65, 0.8, 0.95], [0.0, 0.0, 1.0, 2.0]]

# Few distinct scores, so that most examples have ties.
LABELLED_SCORES = st.lists(
    st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=40
).filter(lambda pairs: len({label for label, _ in pairs}) == 2)


def count_pairs(labels, scores):
    pairs = [
        1.0 if strange > usual else 0.5 if strange == usual else 0.0
        for strange, is_strange in zip(scores, labels, strict=True)
        for usual, is_usual_strange in zip(scores, labels, strict=True)
        if is_strange and not is_usual_strange
    ]
    return sum(pairs) / len(pairs)


@pytest.mark.parametrize("case", [0, 1])
def test_the_numbers_are_the_published_examples(case):
    normal, expected_pauc = PUBLISHED[case]
    labels = [0] * len(normal) + [1] * 4
    scores = normal + ANOMALIES[case]
    assert roc_auc(labels, scores) == pytest.approx(0.725)
    assert partial_auc(labels, scores) == pytest.approx(expected_pauc, abs=1e-6)


@settings(deadline=None)
@given(LABELLED_SCORES)
def test_auc_is_the_share_of_pairs_in_the_right_order(pairs):
    labels, scores = zip(*pairs, strict=True)
    assert roc_auc(labels, scores) == pytest.approx(count_pairs(labels, scores))


@settings(deadline=None)
@given(LABELLED_SCORES, st.sampled_from([0.01, 0.1, 0.25, 0.5, 0.99, 1.0]))
def test_partial_auc_is_scikit_learns(pairs, max_fpr):
    labels, scores = zip(*pairs, strict=True)
    expected = roc_auc_score(labels, scores, max_fpr=max_fpr)
    found = partial_auc(labels, scores, max_fpr=max_fpr)
    assert found == pytest.approx(expected, abs=1e-12)
    assert isinstance(found, float)


def test_many_distinct_scores_give_scikit_learns_numbers():
    generator = np.random.default_rng(0)
    labels = generator.random(5000) < 0.3
    scores = generator.normal(size=5000).astype(np.float32) + labels
    assert roc_auc(labels, scores) == pytest.approx(
        roc_auc_score(labels, scores), abs=1e-12
    )
    assert partial_auc(labels, scores) == pytest.approx(
        roc_auc_score(labels, scores, max_fpr=0.1), abs=1e-12
    )


@settings(deadline=None)
@given(LABELLED_SCORES, st.integers(0, 2**32 - 1))
def test_each_resample_scores_as_its_clips_written_out(pairs, seed):
    labels, scores = map(np.array, zip(*pairs, strict=True))
    counts = resample_counts(labels, num_resamples=5, seed=seed)
    rates = roc_curves(labels, scores, counts)
    for row, auc, pauc in zip(
        counts,
        standardized_area(*rates),
        standardized_area(*rates, max_fpr=0.1),
        strict=True,
    ):
        drawn = np.repeat(np.arange(labels.size), row)
        drawn_labels, drawn_scores = labels[drawn], scores[drawn]
        assert auc == pytest.approx(
            roc_auc_score(drawn_labels, drawn_scores), abs=1e-12
        )
        assert pauc == pytest.approx(
            roc_auc_score(drawn_labels, drawn_scores, max_fpr=0.1), abs=1e-12
        )


@pytest.mark.parametrize(
    "labels, scores, rule",
    [
        ([0, 0], [0.1, 0.2], "without a single anomaly"),
        ([1, 1], [0.1, 0.2], "without a single normal clip"),
        ([], [], "without a single"),
        ([0, 1], [0.1], "equally long"),
        ([[0, 1]], [[0.1, 0.2]], "equally long"),
        ([0, 1], [0.1, float("nan")], "finite"),
        ([0, 1], [float("-inf"), 0.1], "finite"),
        ([0, 2], [0.1, 0.2], "zeros and ones"),
        ([-1, 1], [0.1, 0.2], "zeros and ones"),
        ([None, True], [0.1, 0.2], "zeros and ones"),
        (["0", "1"], [0.1, 0.2], "zeros and ones"),
        ([0.0, float("nan")], [0.1, 0.2], "zeros and ones"),
    ],
)
def test_what_is_no_labelled_score_is_refused(labels, scores, rule):
    for function in (roc_auc, partial_auc):
        with pytest.raises(ValueError, match=rule):
            function(labels, scores)


@pytest.mark.parametrize("max_fpr", [0, -0.1, 1.01, float("nan")])
def test_a_rate_out_of_range_is_refused(max_fpr):
    with pytest.raises(ValueError, match="max_fpr"):
        partial_auc([0, 1], [0.1, 0.2], max_fpr=max_fpr)


def test_counts_of_other_clips_are_refused():
    with pytest.raises(ValueError, match="one column a clip"):
        roc_curves([0, 1], [0.1, 0.2], np.ones((3, 4)))
