import pathlib

import numpy as np
import pytest

from pipelines.datasets.clip import Clip
from pipelines.evaluation.plots import render_png
from pipelines.pictures.explanation import Explanation
from pipelines.pictures.explanation_figure import explanation_figure
from pipelines.pictures.unusual_spectrum import unusual_spectrum
from pipelines.pictures.usual_spectrum import usual_spectrum
from pipelines.pictures.verdict import Verdict

VERDICT = Verdict(1.23456, 1.0, 0.0123, 1)
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
        VERDICT,
        method="rise",
    )
    assert figure.get_suptitle() == (
        "a.wav\nfan/id_00, anomaly\n"
        "alarm: score 1.235 above the threshold 1, p = 0.012"
    )
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert [titles[0], titles[1]] == ["spectrum", "mel"]
    assert "injected faults" in titles[2]
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert labels.count("rise of the anomaly score") == 2
    (shown,) = figure.axes[3].images
    low, high = shown.get_clim()
    assert low == -high  # white is zero
    assert render_png(figure).startswith(b"\x89PNG")


def test_round_frequencies_stand_at_their_rows(clip):
    figure = explanation_figure([make_explanation("mel", 9, 40)], clip, VERDICT)
    axes = figure.axes[0]
    hz = 50.0 * 1.15 ** np.arange(40)
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["125", "250", "500", "1000", "2000", "4000", "8000"]
    for row, name in zip(axes.get_yticks(), names, strict=True):
        assert np.interp(row, np.arange(40), hz) == pytest.approx(float(name))


@pytest.mark.parametrize("shape", [(1,), (1, 1), (2, 3)])
def test_hostile_names_and_small_maps_are_drawn(shape):
    clip = Clip(pathlib.Path(HOSTILE), HOSTILE, "id", "test", None)
    figure = explanation_figure(
        [make_explanation(HOSTILE, *shape)], clip, VERDICT
    )
    assert render_png(figure).startswith(b"\x89PNG")


def test_an_empty_map_is_drawn(clip):
    made = make_explanation("mel", 4, 3)
    empty = Explanation(
        "mel", 0 * made.values, "dB", made.axes, 0 * made.values
    )
    assert render_png(explanation_figure([empty], clip, VERDICT))


def test_nothing_to_draw_is_refused(clip):
    with pytest.raises(ValueError, match="one or more.*`explain_clip`"):
        explanation_figure([], clip, VERDICT)


@pytest.fixture(scope="module")
def unusual():
    """Three seconds of noise with a tone of 2 kHz from 2.0 s to 2.5 s."""
    noise = np.random.default_rng(0).normal(0.0, 0.1, (7, 48_000))
    time = np.arange(8_000) / 16_000
    waveform = noise[6]
    waveform[32_000:40_000] += 0.1 * np.sin(2 * np.pi * 2000 * time)
    return unusual_spectrum(waveform, usual_spectrum(noise[:6], 16_000))


def test_the_unusual_spectrum_stands_first_over_the_whole_recording(
    clip, unusual
):
    made = make_explanation("mel", 30, 20).in_recording(1.5, 3.0)
    figure = explanation_figure([made], clip, VERDICT, unusual)
    above, mel, below, mel_map = figure.axes[:4]
    assert above.get_title() == "spectrum less usual"
    assert "2 kHz" in figure.get_suptitle()
    start, end = below.get_xlim()
    assert start < 0.1 and 2.8 < end <= 3.0
    assert mel_map.get_xlim() == pytest.approx((1.5, 2.45), abs=0.05)
    ring = next(line for line in below.lines if line.get_marker() == "o")
    assert 2.0 <= ring.get_xdata()[0] <= 2.5
    # The window of the maps is shown in the whole recording.
    assert sum(line.get_linestyle() == "--" for line in below.lines) == 2
