import pathlib

import numpy as np
import pytest

from keras_asd.scorers import CentreAngle

GOLDEN = pathlib.Path(__file__).parents[2] / "data/tastgram_mfn.npz"


def slow_scores(cosine, margin, scale):
    """Log-odds of all the other classes, in float64, one by one."""
    scores = np.empty(cosine.shape)
    for clip, row in enumerate(cosine.astype("float64")):
        for own, value in enumerate(row):
            angle = np.arccos(value)
            moved = (
                np.cos(angle + margin)
                if angle < np.pi - margin
                else value - margin * np.sin(margin)
            )
            others = scale * np.delete(row, own)
            total = np.logaddexp.reduce(others)
            scores[clip, own] = total - scale * moved
    return scores


def draw_compact_clips(num_clips=2000, num_classes=41):
    """Clips within 5 to 8 degrees of their centre, far from all others."""
    generator = np.random.default_rng(0)
    cosine = generator.normal(0.0, 0.09, (num_clips, num_classes))
    angle = np.radians(generator.uniform(5.0, 8.0, num_clips))
    cosine[:, 0] = np.cos(angle)
    return cosine.astype("float32")


@pytest.mark.parametrize("margin, scale", [(0.0, 1.0), (0.7, 30.0)])
@pytest.mark.parametrize("num_classes", [2, 5])
def test_it_is_what_a_slow_hand_gets(margin, scale, num_classes):
    generator = np.random.default_rng(0)
    cosine = generator.uniform(-1, 1, (20, num_classes)).astype("float32")
    expected = slow_scores(cosine, margin, scale)
    logit = np.array(CentreAngle(margin, scale)(cosine))
    np.testing.assert_allclose(logit, expected, rtol=1e-5, atol=1e-4)
    published = np.array(CentreAngle(margin, scale, form="published")(cosine))
    np.testing.assert_allclose(
        published, np.logaddexp(0, expected), rtol=1e-4, atol=1e-6
    )


def test_it_is_what_the_published_code_gets():
    with np.load(GOLDEN) as golden:
        scores = np.array(CentreAngle(form="published")(golden["cosine"]))
        actual = scores[np.arange(3), golden["labels_first"]]
        expected = golden["anomaly_score"]
    assert np.all(np.abs(actual - expected) <= 1e-5 * np.maximum(1, expected))


def test_both_forms_put_the_clips_in_one_order():
    cosine = np.random.default_rng(0).uniform(-1, 1, (200, 4))
    logit = np.array(CentreAngle()(cosine))[:, 0]
    published = np.array(CentreAngle(form="published")(cosine))[:, 0]
    assert np.all(np.diff(published[np.argsort(logit)]) >= 0)


def test_near_a_centre_the_published_form_ties_and_the_logit_form_does_not():
    cosine = draw_compact_clips()
    logit = np.array(CentreAngle()(cosine))[:, 0]
    published = np.array(CentreAngle(form="published")(cosine))[:, 0]
    expected = slow_scores(cosine, 0.7, 30.0)[:, 0]
    assert len(np.unique(expected)) == 2000
    assert len(np.unique(logit)) >= 1995  # as many as float32 tells apart
    assert np.corrcoef(logit, expected)[0, 1] > 0.999999
    assert published.max() < 1e-3


def test_a_clip_beyond_the_jump_is_stranger_than_one_before_it():
    cosine = np.array([[-0.76, 0.1], [-0.77, 0.1], [-1.0, 0.1]])
    scores = np.array(CentreAngle()(cosine))[:, 0]
    assert np.all(np.diff(scores) > 0)


def test_the_ends_give_finite_scores():
    cosine = np.array([[1.0, -1.0], [-1.0, 1.0]])
    for form in ("logit", "published"):
        assert np.isfinite(np.array(CentreAngle(form=form)(cosine))).all()


def test_a_single_class_is_refused():
    with pytest.raises(ValueError, match="at least two classes"):
        CentreAngle()(np.ones((3, 1)))


def test_an_unknown_form_and_a_bad_margin_are_refused():
    with pytest.raises(ValueError, match="'logit', 'published'"):
        CentreAngle(form="softplus")
    with pytest.raises(ValueError, match="`margin` must"):
        CentreAngle(margin=-1.0)
