import html.parser

import pytest

from pipelines.evaluation.tables import Table
from pipelines.settings.config import Config
from tuning.settings.search_settings import SearchSettings
from tuning.showing.page import render_search_page
from tuning.trials.trial_record import TrialRecord

HOSTILE = "<script>alert(1)</script>{{ 1 }}$x$"
BASE = {"margin": 0.7, "scale": 30.0}
CONFIRMATION = (
    Table(("training", "AUC, %"), [("best trial|x", "81.2 ± 0.6")]),
    "Mean over 3 seeds.",
)


class Elements(html.parser.HTMLParser):
    """Names the elements, addresses, cells and words of a page."""

    def __init__(self, page):
        super().__init__()
        self.names, self.addresses, self.cells, self.text = [], [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.addresses += [v for k, v in attrs if k in ("src", "href")]

    def handle_data(self, data):
        if self.names and self.names[-1] in ("td", "th") and data.strip():
            self.cells.append(data.strip())
        self.text += data


def trial(place, status="completed", **others):
    values = {"margin": 0.1 * place, "scale": 10.0 * (place + 1)}
    return TrialRecord(f"{place:02d}", values, status, **others)


@pytest.fixture
def settings():
    return SearchSettings(Config(), parameters=("margin", "scale"), trials=7)


@pytest.fixture
def records():
    metrics = {"val_proxy_auc": 0.72, "val_proxy_auc_siblings": 0.8}
    return [
        trial(0, objective=0.7, seconds=61.0),
        trial(1, objective=0.72, seconds=65.0, metrics=metrics),
        trial(2, "failed", reason=HOSTILE),
        trial(3, "running"),
    ]


def test_the_page_needs_no_script_and_no_other_file(records, settings):
    elements = Elements(render_search_page(records, settings, BASE, [HOSTILE]))
    assert not {"script", "link"} & set(elements.names)
    assert len(elements.addresses) == 2
    assert all(a.startswith("data:image/png") for a in elements.addresses)
    assert elements.text.count(HOSTILE) == 2


def test_the_page_tells_the_best_trial_beside_the_base(records, settings):
    page = render_search_page(records, settings, BASE, CONFIRMATION)
    elements = Elements(page)
    assert "Best values: trial 01" in elements.text
    row = elements.cells.index("margin")
    assert elements.cells[row : row + 3] == ["margin", "0.1", "0.7"]
    assert "72.00" in elements.text
    assert {"best trial|x", "81.2 ± 0.6"} <= set(elements.cells)
    assert "Mean over 3 seeds." in elements.text
    assert "val_proxy_auc_siblings %" in elements.cells
    assert "of 7, 1 failed, 1 running" in elements.text
    assert "2 min" in elements.text


def test_the_page_says_what_the_objective_is(records):
    proxy = SearchSettings(Config(), ("margin", "scale"))
    official = SearchSettings(
        Config(),
        ("margin", "scale"),
        objective="val_official_score",
        development=("a/dev",),
        tuner="hyperband",
    )
    assert "no anomaly" in render_search_page(records, proxy, BASE)
    page = render_search_page(records, official, BASE)
    assert "Official score" in page
    assert "a/dev" in page
    assert "few epochs" in page


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_search_that_only_failed_has_a_page(count, settings):
    failed = [trial(i, "failed", reason="NaN") for i in range(count)]
    text = Elements(render_search_page(failed, settings, BASE)).text
    assert "no trial completed" in text
    assert ("None yet." in text) == (count == 0)
    assert text.count(": NaN") == min(count, 1)


def test_the_page_of_the_same_trials_is_the_same(records, settings):
    pages = {render_search_page(records, settings, BASE) for _ in range(2)}
    assert len(pages) == 1
