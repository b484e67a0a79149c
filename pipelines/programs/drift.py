"""Program of `keras-asd drift`: whether machines of a watch have drifted."""

import os
import pathlib
from collections.abc import Sequence

import numpy as np

from pipelines import atomic
from pipelines.evaluation.plots import render_png
from pipelines.evaluation.tables import Table
from pipelines.files.names import escape_name
from pipelines.pictures.band_levels import band_edges
from pipelines.pictures.band_levels import fft_length
from pipelines.pictures.drift_figure import drift_figure
from pipelines.watching.drift.block_spectrum import BlockSpectrum
from pipelines.watching.drift.drift_rule import NUM_LATELY
from pipelines.watching.drift.drift_settings import DriftSettings
from pipelines.watching.drift.machine_drift import MachineDrift
from pipelines.watching.drift.moved_bands import describe_bands
from pipelines.watching.drift.moved_bands import moved_bands
from pipelines.watching.drift.moved_bands import usual_levels_before
from pipelines.watching.history import History

HEADER = ("machine", "state", "median p-value of a day", "bands that moved")


def read_drifts(history: History) -> dict[str, MachineDrift]:
    """What a watch knows of the drift of each machine that it heard.

    Args:
        history: History of the watch.

    >>> read_drifts(History(":memory:"))
    {}
    """
    return {
        machine: MachineDrift(
            machine, DriftSettings(), state["drift"]["model"], state["drift"]
        )
        for machine, state in sorted(history.states().items())
        if "drift" in state
    }


def drift_table(history: History) -> Table:
    """A row for each machine.

    Args:
        history: History of the watch.

    >>> drift_table(History(":memory:")).rows
    []
    """
    rows = []
    for machine, drift in read_drifts(history).items():
        spectra = history.spectra(machine, drift.began, drift.until)
        bands = moved_bands(spectra, _until(drift, spectra))
        p_value = drift.p_value
        rows.append(
            [
                escape_name(machine),
                drift.describe(),
                "" if p_value is None else f"{p_value:.2g}",
                describe_bands(bands) if spectra else "",
            ]
        )
    return Table(HEADER, rows)


def draw_drift(
    history: History, machine: str, to: str | os.PathLike[str]
) -> None:
    """Draws which frequency bands of a machine moved, and when.

    Args:
        history: History of the watch.
        machine: Key of the machine.
        to: Picture, `.png`.

    Raises:
        ValueError: If `to` is of another kind, or the watch has no spectra of
            the machine.

    >>> draw_drift(History(":memory:"), "fan", "fan.pdf")
    Traceback (most recent call last):
    ValueError: `picture` must be a file that ends in .png. Received: fan.pdf.
    """
    path = pathlib.Path(to)
    if path.suffix.lower() != ".png":
        raise ValueError(
            "`picture` must be a file that ends in .png. Received: "
            f"{escape_name(path)}."
        )
    drifts = read_drifts(history)
    drift = drifts.get(machine)
    spectra = (
        history.spectra(machine, drift.began, drift.until) if drift else []
    )
    if drift is None or len(spectra) < 2:
        raise ValueError(
            "`machine` must be a machine that the watch has heard for a day: "
            f"{', '.join(map(escape_name, drifts)) or 'none yet'}. Received: "
            f"{escape_name(machine)}. `keras-asd drift` without it lists them."
        )
    rate = spectra[-1].sampling_rate
    spectra = [one for one in spectra if one.sampling_rate == rate]
    usual = usual_levels_before(spectra, _until(drift, spectra))
    edges = band_edges(rate) * rate / fft_length(rate)
    figure = drift_figure(
        f"{machine}: {drift.describe()}",
        np.array([one.time for one in spectra]),
        (edges[:-1] + edges[1:]) / 2,
        np.stack([one.levels for one in spectra]) - usual.mean(0),
        drift.since if drift.is_drift else None,
    )
    with atomic.replacing(path) as temporary:
        temporary.write_bytes(render_png(figure))


def _until(drift: MachineDrift, spectra: Sequence[BlockSpectrum]) -> float:
    """Before when a machine sounded as usual: its drift, or the last day."""
    lately = [one.time for one in spectra[-NUM_LATELY:]]
    return drift.since if drift.is_drift or not lately else lately[0]
