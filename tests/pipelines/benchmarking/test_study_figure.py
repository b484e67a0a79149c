import pytest

from pipelines.benchmarking.numbers import Number
from pipelines.benchmarking.numbers import RowNumbers
from pipelines.benchmarking.study_figure import study_figure
from pipelines.evaluation.plots import render_png


def make_row(name, auc, interval, spreads):
    half = Number(0.5, 0.0, (0.4, 0.6))
    return RowNumbers(name, Number(auc, 0.02, interval), half, half, spreads, 3)


ROWS = [
    make_row("compactness", 0.55, (0.5, 0.6), (1e-4, 2e-4)),
    make_row("AdaCos", 0.8, (0.7, 0.9), (0.9, 0.95)),
]


def test_rows_stand_from_top_to_bottom_at_their_numbers():
    left, right = study_figure("Which loss?", ROWS).axes
    names = [label.get_text() for label in left.get_yticklabels()]
    assert names == ["compactness", "AdaCos"]
    assert left.get_ylim()[0] > left.get_ylim()[1]
    lines = [line.get_xydata().tolist() for line in left.lines]
    for place, row in enumerate(ROWS):
        low, high = row.auc.interval
        assert [[100 * low, place], [100 * high, place]] in lines
        assert [[100 * row.auc.mean, place]] in lines
    circles = [line.get_xydata().tolist() for line in right.lines]
    assert circles == [
        [[spread, place] for spread in row.spreads]
        for place, row in enumerate(ROWS)
    ]


@pytest.mark.parametrize("spreads", [(0.0,), (0.0, 1e-3)])
def test_embeddings_of_one_direction_can_be_drawn(spreads):
    rows = [make_row("collapsed", 0.5, (0.5, 0.5), spreads)]
    assert render_png(study_figure("Why?", rows)).startswith(b"\x89PNG")
