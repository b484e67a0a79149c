import pathlib

import numpy as np
import pytest

from pipelines.datasets.clip import Clip
from pipelines.evaluation.plots import render_png
from pipelines.pictures.explanation import Explanation
from pipelines.pictures.explanation_figure import explanation_figure

HOSTILE = "_$x$*{" + "long" * 40 + "\n日"


@pytest.fixture
def clip():
    return Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)


def make_explanation(name, *shape):
    axes = (
        ("time, s", np.arange(shape[0]) / 31.25),
        ("frequency, Hz", 50.0 * 1.15 ** np.arange(shape[-1])),
    )[-len(shape) :]
    values = np.random.default_rng(0).normal(size=shape)
    return Explanation(name, values, "dB", axes, values)


def test_every_representation_has_a_column_and_maps_a_colour_bar(clip):
    figure = explanation_figure(
        [make_explanation("spectrum", 5000), make_explanation("mel", 30, 20)],
        clip,
        anomaly_score=1.23456,
    )
    assert "a.wav\nfan/id_00, anomaly, anomaly score 1.235" in (
        figure.get_suptitle()
    )
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == ["spectrum", "mel"]
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert labels.count("rise of the anomaly score") == 2
    (shown,) = figure.axes[3].images
    low, high = shown.get_clim()
    assert low == -high  # white is zero
    assert render_png(figure).startswith(b"\x89PNG")


def test_round_frequencies_stand_at_their_rows(clip):
    figure = explanation_figure([make_explanation("mel", 9, 40)], clip, 0.0)
    axes = figure.axes[0]
    hz = 50.0 * 1.15 ** np.arange(40)
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["125", "250", "500", "1000", "2000", "4000", "8000"]
    for row, name in zip(axes.get_yticks(), names, strict=True):
        assert np.interp(row, np.arange(40), hz) == pytest.approx(float(name))


@pytest.mark.parametrize("shape", [(1,), (1, 1), (2, 3)])
def test_hostile_names_and_small_maps_are_drawn(shape):
    clip = Clip(pathlib.Path(HOSTILE), HOSTILE, "id", "test", None)
    figure = explanation_figure([make_explanation(HOSTILE, *shape)], clip, 0.0)
    assert render_png(figure).startswith(b"\x89PNG")


def test_an_empty_map_is_drawn(clip):
    made = make_explanation("mel", 4, 3)
    empty = Explanation(
        "mel", 0 * made.values, "dB", made.axes, 0 * made.values
    )
    assert render_png(explanation_figure([empty], clip, 0.0))


def test_nothing_to_draw_is_refused(clip):
    with pytest.raises(ValueError, match="one or more.*`explain_clip`"):
        explanation_figure([], clip, 0.0)
