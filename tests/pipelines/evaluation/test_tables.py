import csv
import io

import jinja2
import pytest

from pipelines.evaluation.tables import Table
from pipelines.evaluation.tables import markdown_text
from pipelines.evaluation.tables import plain_text

TABLE = Table(
    ("name", "AUC %", "why"),
    [
        ("a|b*", "50.0 ± 1.0 [40.0, 60.0]", "x"),
        ("0", "-", "<b>"),
        ("c\x1bd", "", "1\n2"),
    ],
)


def cells(text):
    return [
        [cell.strip() for cell in line.replace(r"\|", "!").split("|")[1:-1]]
        for line in text.splitlines()
    ]


def test_columns_of_numbers_are_those_but_for_the_first():
    assert TABLE.numeric == [1]
    assert Table(("a", "b"), []).numeric == [1]
    assert Table(("a", "b"), [("1", "2 of 3")]).numeric == [1]
    assert Table(("a", "b"), [("1", "[2.0, 3.0]")]).numeric == [1]


def test_markdown_shows_texts_as_they_are_and_numbers_plainly():
    header, rule, first, second, third = cells(TABLE.markdown())
    assert header == ["name", "AUC %", "why"]
    assert [cell.endswith(":") for cell in rule] == [False, True, False]
    assert first == [r"a!b\*", "50.0 ± 1.0 [40.0, 60.0]", "x"]
    assert second == ["0", "-", r"\<b\>"]
    assert third == [r"c\\x1bd", "", r"1\\n2"]


@pytest.mark.parametrize("cell", ["1 | 2", "1 *a*", "1 [a](b)", "1 <b>"])
def test_what_begins_like_a_number_is_escaped_where_it_must_be(cell):
    text = Table(("a", "b"), [("x", cell)]).markdown()
    assert "\\" in text
    assert len(cells(text)[2]) == 2


def test_a_terminal_gets_aligned_columns_and_no_control_codes():
    lines = TABLE.plain().splitlines()
    assert len({line.find("50.0 ±") for line in lines[2:3]}) == 1
    assert lines[1].replace(" ", "").strip("-") == ""
    assert "".join(lines).isprintable()


def test_csv_comes_back_as_it_was_but_for_what_is_not_printable():
    read = [tuple(row) for row in csv.reader(io.StringIO(TABLE.csv()))]
    assert read[:3] == [TABLE.header, *TABLE.rows[:2]]
    assert read[3] == (r"c\x1bd", "", r"1\n2")


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "-1+cmd|' /C calc'!A0"])
def test_no_cell_of_csv_is_a_formula(cell):
    numbers = ("-", "-1.5", "+28.9 [+25.2, +32.4], p = 0.002", "-2e-05")
    [read] = csv.reader(io.StringIO(Table(numbers, []).csv()))
    assert tuple(read) == numbers
    text = Table((cell,), []).csv()
    assert text.startswith(f"\\x{ord(cell[0]):02x}{cell[1]}")


def test_html_has_every_cell_as_text(tmp_path):
    metrics = Table(TABLE.header, TABLE.rows, "A <label>", ("k", "l", "m"))
    loader = jinja2.PackageLoader("pipelines.evaluation", "")
    templates = jinja2.Environment(loader=loader, autoescape=True)
    page = templates.get_template("table.html").module.show(metrics)
    assert "A &lt;label&gt;" in page
    assert "&lt;b&gt;" in page and "<b>" not in page
    assert page.count('<td class="number">') == 3
    assert '<tr class="l">' in page
    assert '<span class="interval">[40.0, 60.0]</span>' in page


def test_a_text_is_its_tables_and_paragraphs():
    assert plain_text([TABLE, "a *note*"]).endswith("\n\na *note*\n")
    assert markdown_text([TABLE, "a *note*"]).endswith("\n\na \\*note\\*\n")
