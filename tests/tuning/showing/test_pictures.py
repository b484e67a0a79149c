import pytest
from matplotlib import pyplot

from pipelines.evaluation.plots import render_png
from tuning.showing.coordinates_figure import FAILED_COLOR
from tuning.showing.coordinates_figure import coordinates_figure
from tuning.showing.effects import measure_effects
from tuning.showing.effects_figure import effects_figure
from tuning.showing.figure_parts import BEST_COLOR
from tuning.trials.trial_record import TrialRecord

PARAMETERS = ("margin", "scale", "gate")
BASE = {"margin": 0.7, "scale": 30.0, "gate": "raw"}
GATES = ("raw", "standardized", "$hostile_{name}", "another_long_name")


def trial(place, status="completed", objective=None):
    values = {
        "margin": 0.05 * place,
        "scale": 8.0 + 5 * place,
        "gate": GATES[place % 4],
    }
    return TrialRecord(f"{place:02d}", values, status, objective)


@pytest.fixture
def records():
    ended = [trial(i, objective=0.7 + 0.005 * i) for i in range(14)]
    return [
        *ended,
        trial(14, objective=0.0),
        trial(15, "failed"),
        trial(16, "running"),
    ]


def lines_of(figure, color):
    [axes] = figure.axes
    return [line for line in axes.lines if line.get_color() == color]


def test_each_ended_trial_is_a_line_and_the_best_is_thickest(records):
    figure = coordinates_figure(records, PARAMETERS, "val_proxy_auc")
    [best] = lines_of(figure, BEST_COLOR)
    [failed] = lines_of(figure, FAILED_COLOR)
    longest = len(PARAMETERS) + 1
    [axes] = figure.axes
    trials = [one for one in axes.lines if len(one.get_xdata()) == longest]
    assert len(trials) == 15
    assert best.get_linewidth() == max(one.get_linewidth() for one in trials)
    assert best.get_ydata()[0] == pytest.approx(0.05 * 13 / 1.2)
    assert best.get_ydata()[-1] == 1.0
    assert failed.get_linestyle() == "--"
    assert len(failed.get_xdata()) == len(PARAMETERS)
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["best: trial 13 (76.50 %)", "failed (1)"]


def test_a_collapsed_trial_does_not_press_the_others_together(records):
    figure = coordinates_figure(records, PARAMETERS, "val_proxy_auc")
    [axes] = figure.axes
    ends = [
        one.get_ydata()[-1] for one in axes.lines if len(one.get_xdata()) == 4
    ]
    assert min(ends) == 0.0
    assert sorted(ends)[8] == pytest.approx(0.5, abs=0.1)
    assert any("or less" in text.get_text() for text in axes.texts)


def test_a_search_that_failed_has_only_dashed_lines():
    failed = [trial(place, "failed") for place in range(3)]
    figure = coordinates_figure(failed, PARAMETERS, "val_proxy_auc")
    assert len(lines_of(figure, FAILED_COLOR)) == 3
    assert not lines_of(figure, BEST_COLOR)
    assert effects_figure(failed, [], BASE, "val_proxy_auc") is None


def test_there_is_no_picture_of_nothing():
    running = [trial(0, "running")]
    effects = measure_effects(running, PARAMETERS)
    assert coordinates_figure(running, PARAMETERS, "val_proxy_auc") is None
    assert effects_figure(running, effects, BASE, "val_proxy_auc") is None


def test_each_parameter_has_a_panel_with_a_point_a_trial(records):
    effects = measure_effects(records, PARAMETERS)
    figure = effects_figure(records, effects, BASE, "val_proxy_auc")
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["margin", "scale", "gate"]
    for axes in figure.axes:
        dots = [
            points
            for points in axes.collections
            if points.get_label() in ("trial", "best trial", "trial far below")
        ]
        assert sum(len(points.get_offsets()) for points in dots) == 15
    assert "smoothed" in figure.axes[0].get_legend_handles_labels()[1]
    assert (
        "mean, 95 % interval" in figure.axes[2].get_legend_handles_labels()[1]
    )


@pytest.mark.parametrize("count", [1, 2])
def test_few_trials_can_be_drawn(count):
    few = [trial(place, objective=0.7) for place in range(count)]
    effects = measure_effects(few, PARAMETERS)
    for figure in (
        coordinates_figure(few, PARAMETERS, "val_proxy_auc"),
        effects_figure(few, effects, {}, "val_proxy_auc"),
    ):
        assert render_png(figure)[1:4] == b"PNG"


def test_pictures_are_drawn_beside_pyplots_state(records):
    effects = measure_effects(records, PARAMETERS)
    figures = (
        coordinates_figure(records, PARAMETERS, "val_proxy_auc"),
        effects_figure(records, effects, BASE, "val_proxy_auc"),
    )
    for figure in figures:
        assert render_png(figure)[1:4] == b"PNG"
    assert pyplot.get_fignums() == []
