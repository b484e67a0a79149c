import re

import pytest

from pipelines.benchmarking.numbers import Number
from pipelines.benchmarking.numbers import RowNumbers
from pipelines.benchmarking.study_table import study_table

ROWS = [
    RowNumbers(
        "one class",
        Number(0.512, 0.0, (0.4, 0.6)),
        Number(0.5, 0.0, (0.45, 0.55)),
        Number(0.49, 0.0, (0.4, 0.58)),
        (0.001, 0.02),
        1,
    ),
    RowNumbers(
        "AdaCos, +10 dB",
        Number(0.9, 0.0123, (0.8, 0.97)),
        Number(0.7, 0.02, (0.6, 0.8)),
        Number(0.75, 0.01, (0.7, 0.8)),
        (0.9, 0.95),
        12,
    ),
]


def test_every_row_tells_its_numbers_in_percent():
    lines = study_table("Why?", ROWS, 2, 2023).splitlines()
    assert lines[0] == "**Why?**"
    assert "official score (2023) %" in lines[2]
    for line, row in zip(lines[4:6], ROWS, strict=True):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert len(cells) == lines[2].count("|") - 1
        assert cells[:2] == [row.name, str(row.num_classes)]
        for cell, number in zip(
            cells[2:5], (row.auc, row.pauc, row.official_score), strict=True
        ):
            found = [float(word) for word in re.findall(r"-?\d+\.\d", cell)]
            expected = [number.mean, number.deviation, *number.interval]
            assert found == pytest.approx(
                [100 * value for value in expected], abs=0.0501
            )
        assert [float(word) for word in cells[5].split(",")] == list(
            row.spreads
        )


@pytest.mark.parametrize(
    "num_seeds, words", [(1, "over 1 seed,"), (3, "over 3 seeds,")]
)
def test_the_note_tells_how_many_seeds(num_seeds, words):
    assert words in study_table("Why?", ROWS, num_seeds, 2020)
