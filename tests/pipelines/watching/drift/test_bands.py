"""Spectra that a watch keeps, what moved in them, and their picture."""

import numpy as np
import pytest

from keras_asd.__main__ import main
from pipelines.programs.drift import draw_drift
from pipelines.programs.drift import drift_table
from pipelines.watching.drift.band_record import BandRecord
from pipelines.watching.drift.block_spectrum import BlockSpectrum
from pipelines.watching.drift.drift_settings import BLOCK_SECONDS
from pipelines.watching.drift.moved_bands import describe_bands
from pipelines.watching.drift.moved_bands import moved_bands
from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.judged_window import JudgedWindow
from pipelines.watching.sound_source import Window
from pipelines.watching.watch import Watch
from tests.pipelines.watching.watch_cases import make_judge

RATE = 16_000
FIRST = 1_749_988_800.0


@pytest.fixture
def history(tmp_path):
    with History(tmp_path / "history.sqlite") as history:
        yield history


def spectra(*levels):
    return [
        BlockSpectrum(BLOCK_SECONDS * i, 72, RATE, np.array(one, "float32"))
        for i, one in enumerate(levels)
    ]


def keep(record, time, level=1.0, score=0.5):
    noise = np.random.default_rng(0).normal(0.0, 0.01 * level, RATE)
    window = JudgedWindow("", "fan", "", 0, time, 1.0, score, 0.5)
    record.keep("", Window(noise, time, {}), window)


def test_a_block_has_the_mean_of_a_window_in_five_minutes(history):
    record = BandRecord(history, RATE)
    for i in range(600):
        keep(record, FIRST + i, level=1.0 if i < 300 else 10.0)
    keep(record, FIRST + BLOCK_SECONDS)
    first, second = history.spectra("fan")
    assert (first.time, first.number, second.number) == (FIRST, 2, 1)
    np.testing.assert_allclose(first.levels - second.levels, 10.0, atol=1e-3)
    # A process that goes on, and what it must not count.
    other = BandRecord(history, RATE)
    keep(other, FIRST + 700, score=None)
    other.report(Event("alarm", 0.0, "", "fan"))
    keep(other, FIRST + 700)
    other.report(Event("alarm_ended", 0.0, "", "fan"))
    keep(other, FIRST + 700)
    assert [one.number for one in history.spectra("fan")] == [3, 1]
    assert history.spectra("fan", FIRST + 1)[0].time == FIRST + BLOCK_SECONDS
    assert history.spectra("pump") == []


def test_a_full_disk_costs_a_spectrum_and_no_more(history, monkeypatch, caplog):
    def fail(*values):
        raise OSError("No space left on device")

    monkeypatch.setattr(history, "add_levels", fail)
    keep(BandRecord(history, RATE), FIRST)
    assert "a spectrum of fan is not kept" in caplog.text


def test_spectra_are_trimmed_and_forgotten(history):
    for days in (0, 800):
        history.add_levels("fan", 86_400.0 * days, RATE, np.zeros(64))
    history.add_levels("pump", 0.0, RATE, np.zeros(64))
    history.trim(90 * 86_400.0)
    assert [s.time for s in history.spectra("fan")] == [86_400.0 * 800]
    assert len(history.spectra("pump")) == 1
    assert history.forget(1e12, "fan") == 0
    assert not history.spectra("fan") and history.spectra("pump")


def test_a_history_of_before_takes_spectra_too(tmp_path):
    path = tmp_path / "history.sqlite"
    with History(path) as history:
        history._database.execute("DROP TABLE spectra")
    with History(path) as history:
        assert history.spectra("fan") == []


def test_bands_that_moved_are_named_in_order():
    usual = np.random.default_rng(1).normal(0.0, 0.1, (12, 64))
    moved = usual[:4].copy()
    moved[:, 10:14] += 3.0
    moved[:, 60:] -= 6.0
    bands = moved_bands(spectra(*usual, *moved), 12 * BLOCK_SECONDS)
    assert describe_bands(bands) == (
        "above 6.55 kHz 6 dB quieter, between 328 and 453 Hz 3 dB louder"
    )
    assert describe_bands(moved_bands(spectra(*usual), 8.0)) == (
        "no band moved by 0.5 dB"
    )
    assert moved_bands(spectra(*usual[:7]), 8.0) == []
    louder = moved_bands(
        spectra(*usual, *(usual[:4] + 2.0)), 12 * BLOCK_SECONDS
    )
    assert describe_bands(louder) == "at all frequencies 2 dB louder"


class Line:
    """Windows of ten minutes whose score and treble rise after ten days."""

    name, machine, is_live = "line", "fan", False

    def listen(self, hearing, position, stop):
        generator = np.random.default_rng(2)
        first = position["next"] if position else 0
        for index in range(first, 14 * 144):
            days = max(0.0, index / 144 - 10)
            noise = generator.normal(0.0, 0.1, hearing.window)
            noise = np.diff(noise, prepend=0.0) * days + noise
            noise[0] = np.random.default_rng(index).normal(0.4 * days)
            time = FIRST + 600.0 * index
            position = {"next": index + 1}
            yield Window(noise.astype("float32"), time, position, start=index)


def test_a_watch_tells_of_drift_and_draws_it(history, tmp_path, capsys):
    judge = make_judge()
    record = BandRecord(history, judge.scorer.sampling_rate)
    events = Watch(judge, [Line()], history, listeners=[record]).listen()
    found = [event for event in events if event.kind.startswith("drift")]
    (drift,) = found
    assert FIRST + 9 * 86_400 < drift.details["since"] < drift.time
    assert drift.details["false_drifts_per_year"] == 1.0
    (band,) = drift.details["bands"]
    assert band["decibels"] > 1 and "louder" in drift.message
    (row,) = drift_table(history).rows
    assert row[0] == "fan" and row[1].startswith("drift since 2025-06-2")
    assert float(row[2]) < 0.2 and "louder" in row[3]
    assert main(["drift", str(tmp_path)]) == 0
    assert "drift since 2025-06-2" in capsys.readouterr().out
    words = ["--machine", "fan", "--picture", str(tmp_path / "fan.png")]
    assert main(["drift", str(tmp_path), *words]) == 0
    assert (tmp_path / "fan.png").read_bytes()[:4] == b"\x89PNG"
    with pytest.raises(
        ValueError, match="heard for a day: fan. Received: pump"
    ):
        draw_drift(history, "pump", tmp_path / "pump.png")
