import csv
import dataclasses

import numpy as np
import pytest

from pipelines.benchmarking.bench import run_benchmark
from pipelines.benchmarking.benchmark import PrintedNumbers
from tests.made_up_benchmark import BENCHMARK
from tests.made_up_benchmark import PRINTED
from tests.made_up_benchmark import ROWS
from tests.made_up_benchmark import section
from tests.made_up_benchmark import table_row


def test_the_table_tells_numbers_differences_and_costs(run, roots, tmp_path):
    result = run_benchmark(BENCHMARK, str(tmp_path), [f"own={roots}"], run=run)
    text = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert text == result.table
    assert text.startswith("# Benchmark mine\n\nWhich?\n\n## own")
    means = section(text, "## own")
    weak = table_row(means, r"weak\_\*")
    strong = table_row(means, "strong")
    assert weak[0] == "2"
    assert weak[-2:] == ["reference", "reference"]
    assert " ± " in weak[1]
    assert strong[-2].startswith("+")
    assert "p = 0.002" in strong[-2]
    assert len(table_row(means, "strong + Centroids")) == len(strong)
    assert r"- weak\_\*: odd" in means
    costs = section(text, "### Costs")
    assert table_row(costs, "strong") == [
        "12.5",
        "4",
        "200",
        "320",
        "2",
        "1,234,567",
        "5.0",
        "700",
    ]
    assert "strong + Centroids" not in costs
    assert "a_host, 2 cores; python 3.11, tensorflow 2.17" in costs


def test_printed_numbers_stand_beside_ours_marked_as_theirs(
    run, roots, tmp_path
):
    text = run_benchmark(
        BENCHMARK, str(tmp_path), [f"own={roots}"], run=run
    ).table
    machines = section(text, "### Machine by machine")
    areas, _, worst = machines.partition("mAUC")
    assert table_row(areas, "strong, theirs") == [
        "91.00 / 81.00",
        "92.00 / 82.00",
        "90.00 / 80.00",
    ]
    assert table_row(worst, "strong, theirs") == ["71.00", "-", "-"]
    assert table_row(areas, r"weak\_\*")[0].count(" / ") == 1
    assert "- strong, theirs: Table 9" in machines


@pytest.mark.parametrize(
    "printed",
    [
        dataclasses.replace(PRINTED, machines={"fan": (92.0, 82.0)}),
        PrintedNumbers("Table 9", "dcase2022", official_score=60.0),
    ],
    ids=["a machine less", "other data"],
)
def test_numbers_of_other_data_are_not_shown(run, roots, tmp_path, printed):
    rows = (ROWS[0], dataclasses.replace(ROWS[1], printed=printed))
    benchmark = dataclasses.replace(BENCHMARK, rows=rows)
    text = run_benchmark(
        benchmark, str(tmp_path), [f"own={roots}"], run=run
    ).table
    assert "theirs" not in text


def test_a_printed_score_stands_beside_its_data(run, roots, tmp_path):
    printed = PrintedNumbers("Table 9", "own", official_score=60.0)
    rows = (ROWS[0], dataclasses.replace(ROWS[1], printed=printed))
    benchmark = dataclasses.replace(BENCHMARK, rows=rows)
    text = run_benchmark(
        benchmark, str(tmp_path), [f"own={roots}"], run=run
    ).table
    assert "- strong, theirs: official score 60.00 %" in text


def test_a_printed_average_is_that_of_all_its_machines(run, roots, tmp_path):
    machines = {**PRINTED.machines, "ToyCar": (92.0, 82.0)}
    printed = dataclasses.replace(PRINTED, machines=machines)
    rows = (ROWS[0], dataclasses.replace(ROWS[1], printed=printed))
    benchmark = dataclasses.replace(BENCHMARK, rows=rows)
    text = run_benchmark(
        benchmark, str(tmp_path), [f"own={roots}"], run=run
    ).table
    areas, _, _ = section(text, "### Machine by machine").partition("mAUC")
    assert table_row(areas, "strong, theirs") == [
        "91.00 / 81.00",
        "92.00 / 82.00",
        "92.00 / 82.00",
        "-",
    ]


def test_the_table_tells_what_was_judged(run, roots, tmp_path):
    text = run_benchmark(
        BENCHMARK, str(tmp_path), [f"own={roots}"], run=run
    ).table
    assert "48 test clips of 4 sections of 2 machines.\n" in text


def test_nobody_printed_numbers_of_the_built_in_machines(run, tmp_path):
    text = run_benchmark(BENCHMARK, str(tmp_path), run=run).table
    assert "theirs" not in text
    assert "Table 9" not in (tmp_path / "results.csv").read_text()


def test_the_csv_holds_every_number(run, roots, outcome, tmp_path):
    run_benchmark(BENCHMARK, str(tmp_path), [f"own={roots}"], run=run)
    with (tmp_path / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = {"weak_*", "strong", "strong + Centroids"}
    assert {row["method"] for row in rows} == names
    own = {
        (
            row["method"],
            row["seed"],
            row["machine"],
            row["section"],
            row["metric"],
        ): row
        for row in rows
    }
    assert len(own) == len(rows)
    sections = [
        float(own["strong", "2", "pump", f"section_0{i}", "auc"]["value"])
        for i in range(2)
    ]
    mean = float(own["strong", "2", "pump", "", "auc"]["value"])
    assert mean == pytest.approx(np.mean(sections))
    worst = float(own["strong", "2", "pump", "", "mauc"]["value"])
    assert worst == min(sections)
    theirs = own["strong", "", "fan", "", "auc"]
    assert (float(theirs["value"]), theirs["source"]) == (0.91, "Table 9")
    seconds = own["weak_*", "1", "", "", "training_seconds"]
    assert float(seconds["value"]) == 12.5
