import dataclasses
import json

import numpy as np
import pytest
from keras import ops

from benchmarks import pointing_game
from benchmarks.pointing_pictures import PICTURES
from benchmarks.pointing_pictures import Fault
from benchmarks.pointing_pictures import Picture
from benchmarks.pointing_table import TOLERANCES
from benchmarks.pointing_table import FoundFault
from benchmarks.pointing_table import hit_rate
from benchmarks.pointing_table import make_table
from benchmarks.pointing_table import other_faults
from keras_asd.models import StatisticsEmbedder
from pipelines.datasets.faults.placed import Region
from pipelines.pictures.explainer import JudgedWindow
from pipelines.pictures.unusual_spectrum import unusual_spectrum
from pipelines.pictures.usual_spectrum import usual_spectrum

RATE = 16_000
REGION = Region(1.2, 1.6, 1800.0, 2200.0)


def found(hz=150.0, key="fan/a", **changes):
    return FoundFault(
        **{
            "kind": "tone",
            "key": key,
            "p_value": 0.01,
            "region": (0.0, 1.0, 100.0, 200.0),
            "points": {"map": (0.5, hz)},
            "chances": {"map": (0.1, 0.2)},
            **changes,
        }
    )


@pytest.fixture(scope="module")
def fault():
    """Two seconds of noise with a tone at a known time and frequency."""
    noise = np.random.default_rng(0).normal(0.0, 0.1, (12, 2 * RATE))
    waveform = noise[0].astype("float32")
    start, end = round(1.2 * RATE), round(1.6 * RATE)
    time = np.arange(end - start) / RATE
    waveform[start:end] += 0.1 * np.sin(2 * np.pi * 2000 * time)
    embedder = StatisticsEmbedder(samples=2 * RATE)
    embedder.fit(np.array(embedder.statistics(noise[1:].astype("float32"))))

    def score(embedding):
        return ops.norm(embedding, axis=-1)

    window = JudgedWindow(
        waveform, 0.0, 1.0, embedder, score, np.zeros(8), slice(0, 8)
    )
    unusual = unusual_spectrum(waveform, usual_spectrum(noise[1:], RATE))
    return Fault(unusual, window, noise[1].astype("float32"), 0)


@pytest.mark.parametrize("name", [n for n in PICTURES if n != "rise"])
def test_pictures_point_at_a_tone_at_a_known_place(name, fault):
    picture = PICTURES[name](fault)
    assert REGION.holds(*picture.strongest, *TOLERANCES[0]), picture.strongest
    area = REGION.holds(picture.seconds[:, None], picture.hz).mean()
    assert 0 < area < 0.05


def test_hit_rates_have_wilsons_intervals():
    faults = [found()] * 8 + [found(hz=900.0)] * 2
    # By hand, with z = 1.96.
    middle = (0.8 + 1.96**2 / 20) / (1 + 1.96**2 / 10)
    share, low, high = hit_rate(faults, "map")
    assert share == 0.8
    assert (low + high) / 2 == pytest.approx(middle, abs=1e-4)
    assert hit_rate([found(hz=270.0)], "map", 0)[0] == 0
    assert hit_rate([found(hz=270.0)], "map", 1)[0] == 1


def test_a_picture_of_one_place_is_told_by_the_other_faults():
    faults = [found(), found(region=(0.0, 1.0, 800.0, 900.0))]
    assert hit_rate(faults, "map")[0] == 0.5
    assert other_faults(faults, "map") == 0.5


def test_the_table_has_chance_alarms_and_kinds():
    quiet = found(p_value=0.5, hz=900.0, kind="hum", key="fan/b")
    text = make_table([found(), quiet])
    assert "2 faults of 2 machines, of which 1 raised an alarm" in text
    [row] = [line for line in text.splitlines() if line.startswith("| map")]
    cells = [cell.strip() for cell in row.split("|")[2:-1]]
    assert cells[0].startswith("50 % [")
    assert cells[1:] == [
        "10 %",
        "50 %",
        "50 %",
        "20 %",
        "100 %",
        "0 %",
        "100 %",
    ]


def test_the_strongest_cell_tells_its_time_and_frequency():
    values = np.zeros((3, 2))
    values[2, 1] = 1.0
    picture = Picture(values, np.arange(3.0), np.array([100.0, 200.0]))
    assert picture.strongest == (2.0, 200.0)


def test_it_goes_on_where_it_was_stopped(tmp_path, monkeypatch, capsys):
    """What is there is read, and no detector is trained or asked."""

    class NoExplainer:
        def __init__(self, run):
            pass

    monkeypatch.setattr(pointing_game, "Explainer", NoExplainer)
    monkeypatch.setattr(pointing_game, "train", lambda *_: None)
    settings = dataclasses.replace(
        pointing_game.SETTINGS,
        machines=("pump",),
        num_ids=1,
        num_train=1,
        num_train_target=0,
        num_test_normal=1,
        seconds=0.5,
    )
    monkeypatch.setattr(pointing_game, "SETTINGS", settings)
    rows = [dataclasses.asdict(found())] * 2
    path = tmp_path / "training_free_views_pump_section_00.json"
    path.write_text(json.dumps(rows))
    words = ["--work", str(tmp_path), "--detectors", "training_free_views"]
    assert pointing_game.main([*words, "--halves", "judging"]) == 0
    assert "2 faults of 1 machines" in capsys.readouterr().out
