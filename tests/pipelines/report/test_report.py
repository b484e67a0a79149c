import html.parser
import json
import os
import pathlib
import re
import sys

import numpy as np
import pytest
from matplotlib import pyplot

from pipelines.datasets.clip import Clip
from pipelines.evaluation.evaluation_table import evaluation_blocks
from pipelines.evaluation.judging import judge_clips
from pipelines.evaluation.plots import angle_figure
from pipelines.evaluation.plots import render_png
from pipelines.evaluation.plots import roc_figure
from pipelines.evaluation.summary import summarize
from pipelines.evaluation.tables import escape_markdown
from pipelines.evaluation.tables import markdown_text
from pipelines.evaluation.tables import plain_text
from pipelines.files.names import escape_name
from pipelines.methods.scored_clip import ScoredClip
from pipelines.report.model_facts import NOTHING_KNOWN
from pipelines.report.page import render_page
from pipelines.report.people_part import people_part
from pipelines.report.report import baseline_clips
from pipelines.report.report import report_clip
from pipelines.report.report import write_report

HOSTILE = "_<script>|$x$*é日{{ 1 }}\x1b[31m"


def score(machine, section, num_normal, num_anomaly, seed=0):
    generator = np.random.default_rng(seed)
    clips = []
    for index in range(num_normal + num_anomaly):
        label = index >= num_normal
        path = pathlib.Path(machine, f"{section}_{index:04d}.wav")
        clip = Clip(path, machine, section, "test", label)
        angle = float(generator.uniform(0, 20) + 10 * label)
        clips.append(ScoredClip(clip, angle, angle, baseline_score=-angle))
    return clips


@pytest.fixture
def clips():
    return [
        *score("fan", "id_00", 12, 9),
        *score("fan", "id_02", 5, 0),
        *score(HOSTILE, HOSTILE, 6, 6),
    ]


def both(clips):
    return judge_clips(clips), judge_clips(baseline_clips(clips))


def page_of(clips, **options):
    people = people_part([report_clip(clip) for clip in clips], NOTHING_KNOWN)
    metrics = summarize(judge_clips(clips))
    return render_page(people, metrics=metrics, scored_clips=clips, **options)


class Elements(html.parser.HTMLParser):
    """Names the elements, addresses and words of a page."""

    def __init__(self, page):
        super().__init__()
        self.names, self.addresses, self.text = [], [], ""
        self.ids = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.addresses += [v for k, v in attrs if k in ("src", "href")]
        self.ids |= {value for key, value in attrs if key == "id"}

    def handle_data(self, data):
        self.text += data


def refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


def test_the_report_writes_every_file_it_names(tmp_path, clips):
    report = write_report(tmp_path / "run", clips, "nearest neighbour")
    names = [path.name for path in report.files]
    assert [name for name in names if not name.endswith(".csv")] == [
        "metrics.json",
        "table.md",
        "angles.png",
        "roc.png",
        "report.html",
    ]
    written = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(report.files)
    text = (tmp_path / "run" / "metrics.json").read_text()
    assert json.loads(text, parse_constant=refuse) == report.metrics
    plain = plain_text(evaluation_blocks(report.metrics))
    assert report.table.startswith(plain)
    official = report.metrics["official"]
    assert f"{100 * official['score']:.2f} %" in report.table[len(plain) :]


def test_two_reports_of_the_same_scores_are_the_same(tmp_path, clips):
    for folder in ("first", "second"):
        write_report(tmp_path / folder, clips, "nearest neighbour")
    for path in sorted((tmp_path / "first").rglob("*.*")):
        other = tmp_path / "second" / path.relative_to(tmp_path / "first")
        assert path.read_bytes() == other.read_bytes()


def test_a_report_without_angles_or_anomalies_has_no_pictures(tmp_path):
    clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", None)
    report = write_report(tmp_path, [ScoredClip(clip, 1.0)])
    assert [path.name for path in report.files] == [
        "metrics.json",
        "anomaly_score_fan_id_00.csv",
        "table.md",
        "report.html",
    ]
    assert "no label on its clips (1 unlabelled)" in report.table


def test_the_page_shows_names_as_text_and_needs_no_other_file(clips):
    left_out = [(f"{HOSTILE}.wav", "<b>empty</b>")]
    page = page_of(clips, left_out=left_out, title="<i>fan</i>")
    elements = Elements(page)
    assert not {"script", "i", "link"} & set(elements.names)
    assert any(a.startswith("data:image/png") for a in elements.addresses)
    assert all(
        a.startswith(("data:image/png", "#")) for a in elements.addresses
    )
    assert {a[1:] for a in elements.addresses if a[0] == "#"} <= elements.ids
    assert f"{escape_name(HOSTILE)}.wav" in elements.text
    assert "<b>empty</b>" in elements.text
    assert "id_02: no anomaly among its clips (5 normal)" in elements.text


def test_the_page_lists_the_strangest_clips_of_each_machine(clips):
    text = Elements(page_of(clips)).text
    fans = [scored for scored in clips if scored.clip.key == "fan/id_00"]
    ranked = sorted(fans, key=lambda scored: -scored.anomaly_score)
    table = text[re.search(r"All\s+21\s+clips", text).end() :]
    places = [table.find(scored.clip.path.name) for scored in ranked]
    assert -1 not in places and places == sorted(places)


def test_names_that_are_not_utf_8_can_be_told(tmp_path):
    path = pathlib.Path(os.fsdecode(b"caf\xe9.wav"))
    clip = Clip(path, os.fsdecode(b"caf\xe9"), "all", "test", True)
    scored = [ScoredClip(clip, 1.0, angle_degrees=3.0)]
    report = write_report(tmp_path, scored, left_out=[(path, "empty")])
    report.table.encode(sys.getdefaultencoding())


def test_every_line_of_the_markdown_table_has_the_same_columns(clips):
    metrics = summarize(*both(clips), "nearest_neighbour")
    lines = (
        markdown_text(evaluation_blocks(metrics)).split("\n\n")[0].splitlines()
    )
    bars = [line.replace(r"\|", "").count("|") for line in lines]
    assert set(bars) == {9}
    assert len(lines) == 2 + 3 + 1 + 3
    assert r"\<script\>\|\$x\$\*" in lines[2]
    assert "<script>" not in markdown_text(evaluation_blocks(metrics))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("id_00", "id_00"),
        ("_id_", r"\_id\_"),
        ("a|b", r"a\|b"),
        ("[a](b)", r"\[a\](b)"),
        ("a\nb", r"a\\nb"),
        ("`a` **b**", r"\`a\` \*\*b\*\*"),
    ],
)
def test_markdown_shows_a_name_as_it_is(text, expected):
    assert escape_markdown(text) == expected


def test_the_plain_table_is_aligned_and_free_of_control_codes(clips):
    table = plain_text(
        evaluation_blocks(summarize(*both(clips), "nearest neighbour"))
    )
    assert table.replace("\n", "").isprintable()
    header, rule, *lines = table.split("\n\n")[0].splitlines()
    widths = {len(line) for line in lines if not line.startswith("all")}
    assert max(widths) == len(header) == len(rule)
    assert [line.split("  ")[0] for line in lines[-3:]] == ["all"] * 3


def test_the_plain_table_tells_percent_and_interval():
    clips = score("fan", "id_00", 30, 30)
    metrics = summarize(judge_clips(clips))
    entry = metrics["machines"]["fan"]["id_00"]
    low, high = (f"{100 * bound:.1f}" for bound in entry["auc_interval"])
    line = next(
        x
        for x in plain_text(evaluation_blocks(metrics)).splitlines()
        if "id_00" in x
    )
    expected = [f"{100 * entry['auc']:.2f}", f"[{low},", f"{high}]"]
    assert line.replace("[ ", "[").split()[2:5] == expected
    assert line.split()[-2:] == ["30", "30"]


def test_the_angle_histogram_counts_each_labelled_clip_once(clips):
    unlabelled = Clip(pathlib.Path("u.wav"), "fan", "id_00", "test", None)
    scored = [*clips, ScoredClip(unlabelled, 1.0, angle_degrees=90.0)]
    figure = angle_figure(scored)
    assert len(figure.axes) == 2
    fan = {axes.get_title(): axes for axes in figure.axes}["fan"]
    texts = [text.get_text() for text in fan.get_legend().get_texts()]
    assert texts == ["normal (17)", "anomaly (9)"]
    assert "degrees" in fan.get_xlabel()
    assert fan.get_ylabel()
    assert fan.get_xlim()[1] <= 32


def test_the_widest_angle_has_a_bin():
    clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    figure = angle_figure([ScoredClip(clip, 1.0, angle_degrees=180.0)])
    assert figure.axes[0].get_ylim()[1] >= 1


def test_there_is_no_picture_of_nothing():
    clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    assert angle_figure([ScoredClip(clip, 1.0)]) is None
    assert roc_figure([ScoredClip(clip, 1.0)]) is None


def test_curves_are_drawn_for_sections_of_both_labels(clips):
    figure = roc_figure(clips)
    fan = {axes.get_title(): axes for axes in figure.axes}["fan"]
    [text] = [text.get_text() for text in fan.get_legend().get_texts()]
    assert text.endswith("%  id_00")


def test_pictures_are_drawn_beside_pyplots_state(clips):
    assert render_png(angle_figure(clips))[1:4] == b"PNG"
    assert render_png(roc_figure(clips))[1:4] == b"PNG"
    assert pyplot.get_fignums() == []
