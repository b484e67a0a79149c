import pathlib
import re

import numpy as np
import pytest

from pipelines.pictures.pointing import RATES
from pipelines.pictures.pointing import pointing_sentence
from pipelines.pictures.pointing import strongest_cell
from pipelines.pictures.verdict import Verdict

DOCUMENT = pathlib.Path(__file__).parents[3] / "docs" / "explaining.md"


@pytest.mark.parametrize("picture", RATES)
def test_what_a_picture_says_of_itself_stands_in_the_documentation(picture):
    text = DOCUMENT.read_text(encoding="utf-8")
    [row] = re.findall(rf"^\| `{picture}` \|.*$", text, re.MULTILINE)
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    for (share, chance), column in zip(RATES[picture], (2, 6, 8), strict=True):
        assert cells[column].startswith(f"{share} % [")
        assert cells[column + 1] == f"{chance} %"
        said = f"{share} % (by chance {chance} %)"
        assert said in pointing_sentence(picture)


def test_the_strongest_cell_is_the_largest_not_the_most_negative():
    values = np.array([[0.0, -9.0], [3.0, 2.0]])
    assert strongest_cell(values) == (1, 0)


@pytest.mark.parametrize(
    "verdict, said",
    [
        (Verdict(0.5, 0.6, 0.2, 0), "no alarm: score 0.5 below the threshold"),
        (Verdict(None, 0.6, None, -1, "silent"), "no score (silent)"),
        (Verdict(0.7, 0.6, 0.01, 1, "clipped"), "p = 0.01 (clipped)"),
    ],
)
def test_a_verdict_tells_what_is_known(verdict, said):
    assert said in str(verdict)
