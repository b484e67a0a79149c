import pathlib

import numpy as np
import pytest

from benchmarks.intervals import METRICS
from benchmarks.intervals import ROWS
from benchmarks.intervals import Row
from benchmarks.intervals import coverage
from benchmarks.intervals import main
from benchmarks.intervals import measure
from keras_asd.metrics import partial_auc
from keras_asd.metrics import roc_auc
from pipelines.evaluation.tables import NOTHING

# Of 100 data sets: three deviations below the share that is promised.
LEAST = {"auc": 0.92 - 0.08, "pauc": 0.90 - 0.09}


@pytest.mark.parametrize(
    "row",
    [
        Row(30, 30, 0.76),
        Row(30, 30, 0.96),
        Row(30, 7, 0.96),
        Row(10, 10, 0.76),
        Row(10, 10, 0.96),
        Row(10, 10, 0.76, num_sections=6),
    ],
)
def test_intervals_of_few_clips_hold_the_truth(row):
    measured = measure(row, num_sets=100, num_resamples=200, seed=11)
    for name, least in LEAST.items():
        share, _ = coverage(measured[name], row.truth[name])
        assert share >= least, (name, share)


def test_percentiles_of_few_clips_do_not():
    row = Row(10, 10, 0.96)
    measured = measure(row, num_sets=100, num_resamples=200, seed=11)
    for name in LEAST:
        assert coverage(measured[name], row.truth[name])[1] < 0.85


@pytest.mark.parametrize("row", [Row(1, 1, 0.76), Row(1, 1, 0.9, 2.0)])
def test_the_true_areas_are_those_of_very_many_clips(row):
    generator = np.random.default_rng(0)
    normal = generator.normal(size=200_000)
    anomalous = row.mean + row.deviation * generator.normal(size=200_000)
    clips = np.repeat([0, 1], 200_000), np.append(normal, anomalous)
    assert roc_auc(*clips) == pytest.approx(row.truth["auc"], abs=0.003)
    assert partial_auc(*clips) == pytest.approx(row.truth["pauc"], abs=0.004)


def test_one_command_prints_and_writes_the_table(tmp_path, capsys):
    out = tmp_path / "intervals.md"
    main(["--sets", "1", "--resamples", "5", "--out", str(out)])
    text = out.read_text()
    assert text == capsys.readouterr().out
    rows = text.splitlines()[2:]
    assert len(rows) == len(ROWS)
    assert {line.count("|") for line in rows} == {4 + len(METRICS)}


def test_the_table_of_the_documentation_keeps_what_is_promised():
    page = pathlib.Path(__file__).parents[2] / "docs" / "intervals.md"
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    header, _, *rows = rows
    assert len(rows) == len(ROWS)
    for name, least in (("auc", 92.0), ("pauc", 90.0)):
        place = header.index(f"{METRICS[name]}: covered, %")
        cells = [row[place] for row in rows]
        # None is given of too few clips.
        assert all(
            cell == NOTHING or float(cell.split()[0]) >= least for cell in cells
        )
        assert cells.count(NOTHING) <= 1
