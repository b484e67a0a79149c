import numpy as np
import pytest

from keras_asd.scorers import PeakExcess
from tests.scorer_cases import draw_clips


def slow_scores(clips, rows, num_peaks, reach, num_rows):
    length = rows.shape[1] // num_rows
    scores = []
    for row in rows:
        excess = []
        for place, value in enumerate(row):
            spectrum, cell = divmod(place, length)
            low, high = max(cell - reach, 0), min(cell + reach, length - 1)
            near = slice(spectrum * length + low, spectrum * length + high + 1)
            excess.append(value - clips[:, near].max())
        scores.append(np.mean(sorted(excess)[-num_peaks:]))
    return np.array(scores)


@pytest.mark.parametrize("num_rows", [1, 2, 3])
@pytest.mark.parametrize("num_peaks, reach", [(1, 0), (3, 1), (5, 9)])
def test_scores_are_those_of_the_definition(num_peaks, reach, num_rows):
    clips, _, _ = draw_clips([(9, 3)], dim=12)
    rows = np.random.default_rng(1).normal(size=(7, 12)).astype("float32")
    scorer = PeakExcess(num_peaks, reach, num_rows).fit(clips)
    np.testing.assert_allclose(
        np.array(scorer(rows))[:, 0],
        slow_scores(clips, rows, num_peaks, reach, num_rows),
        rtol=1e-4,
        atol=1e-5,
    )


def test_a_line_that_moves_a_little_is_normal_and_a_further_one_is_not():
    clips = np.zeros((5, 40), "float32")
    clips[:, 20] = 9.0
    rows = np.zeros((3, 40), "float32")
    rows[0, 23], rows[1, 26], rows[2, 20] = 9.0, 9.0, 9.0
    scores = np.array(PeakExcess(1, reach=4).fit(clips)(rows))[:, 0]
    np.testing.assert_allclose(scores, [0.0, 9.0, 0.0])


def test_groups_and_broken_rows():
    clips = draw_clips([(9, 2), (0, 0), (0, 3)])
    rows = np.ones((2, 5), "float32")
    rows[1, 3] = np.nan
    scores = np.array(PeakExcess(2).fit(*clips)(rows))
    expected = [[False, True, False], [True, True, True]]
    np.testing.assert_array_equal(np.isnan(scores), expected)


def test_dimensions_that_are_no_spectra_are_refused():
    with pytest.raises(ValueError, match="embedding_dim=5, num_rows=2"):
        PeakExcess(num_rows=2).fit(np.ones((3, 5)))
    with pytest.raises(ValueError, match="num_peaks=3"):
        PeakExcess().fit(np.ones((3, 2)))
