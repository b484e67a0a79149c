import numpy as np
import pytest

from keras_asd.scorers import CentreAngle
from keras_asd.scorers import LogOdds


def draw_logits(num_clips=200, num_classes=4, spread=3.0):
    generator = np.random.default_rng(0)
    shape = (num_clips, num_classes)
    return generator.normal(0.0, spread, shape).astype("float32")


def slow_probabilities(logits):
    odds = np.exp(logits.astype("float64"))
    return odds / odds.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    "form, formula",
    [
        ("logit", lambda p: np.log((1 - p) / p)),
        ("published", lambda p: -np.log(p)),
        ("literal", lambda p: np.log((1 - p) - np.log(p))),
    ],
)
@pytest.mark.parametrize("num_classes", [2, 4])
def test_it_is_what_the_formula_says(form, formula, num_classes):
    logits = draw_logits(num_classes=num_classes)
    expected = formula(slow_probabilities(logits))
    scores = np.array(LogOdds(form)(logits))
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("form", ["published", "literal"])
def test_every_form_puts_the_clips_in_one_order(form):
    logits = draw_logits(spread=8.0)
    logit = np.array(LogOdds()(logits))[:, 0]
    other = np.array(LogOdds(form)(logits))[:, 0]
    assert np.all(np.diff(other[np.argsort(logit)]) >= 0)


@pytest.mark.parametrize("form", ["logit", "literal"])
def test_of_sure_clips_no_two_tie(form):
    own = np.linspace(15.0, 500.0, 1000)
    logits = np.stack([own, np.zeros(1000)], axis=-1).astype("float32")
    scores = np.array(LogOdds(form)(logits))
    assert np.isfinite(scores).all()
    assert np.all(np.diff(scores[:, 0]) < 0)
    assert np.all(np.diff(scores[:, 1]) >= 0)


def test_the_literal_form_has_no_step_where_the_formula_changes_hands():
    own = np.linspace(19.9, 20.1, 101, dtype="float32")
    logits = np.stack([own, np.zeros_like(own)], axis=-1)
    scores = np.array(LogOdds("literal")(logits))[:, 0]
    np.testing.assert_allclose(scores, np.log(2.0) - own, atol=1e-5)


def test_of_scaled_cosines_it_is_the_centre_angle_without_a_margin():
    cosine = np.random.default_rng(0).uniform(-1, 1, (9, 5)).astype("float32")
    for form in ("logit", "published"):
        angle = CentreAngle(margin=0.0, scale=30.0, form=form)
        np.testing.assert_allclose(
            np.array(LogOdds(form)(30.0 * cosine)),
            np.array(angle(cosine)),
            rtol=1e-4,
            atol=1e-5,
        )


def test_there_is_nothing_to_fit():
    scorer = LogOdds()
    assert scorer.fit(draw_logits(), [0] * 200) is scorer
    assert scorer.reads == "head" and not scorer.weights


def test_a_single_class_and_an_unknown_form_are_refused():
    with pytest.raises(ValueError, match="at least two classes"):
        LogOdds()(np.ones((3, 1)))
    with pytest.raises(ValueError, match="'logit', 'published', 'literal'"):
        LogOdds("softmax")
