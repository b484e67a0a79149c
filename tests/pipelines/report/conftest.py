"""Three machines of six with a fault each, and what the page says of them."""

import dataclasses
import datetime
import pathlib

import numpy as np
import pytest
import scipy.signal
import soundfile

from pipelines.pictures.usual_sound import UsualSound
from pipelines.pictures.usual_spectrum import usual_spectrum
from pipelines.report.model_facts import ModelFacts
from pipelines.report.people_part import people_part
from pipelines.report.report_clip import ReportClip

RATE, SECONDS, NUM_NEW = 16_000, 2, 16
TIME = np.arange(SECONDS * RATE) / RATE
START = datetime.datetime(2024, 3, 4, 6)
# Of which clip on each machine has its fault.
FAULTS = {"fan 2": 9, "pump": 6, "press": 11}
MACHINES = ("fan 1", "fan 2", "pump", "press")


def normal_sound(rng):
    noise = scipy.signal.lfilter([1.0], [1.0, -0.9], rng.normal(size=len(TIME)))
    hum = np.sin(2 * np.pi * 100 * TIME)
    return (0.02 * noise + 0.01 * hum) * 10 ** (rng.normal(0.0, 0.5) / 20)


def fault_sound(machine, rng):
    if machine == "fan 2":
        return 0.02 * np.sin(2 * np.pi * 892 * TIME)
    if machine == "pump":
        sections = scipy.signal.butter(
            6, [2100, 3000], "band", output="sos", fs=RATE
        )
        noise = scipy.signal.sosfilt(sections, rng.normal(size=len(TIME)))
        return 0.03 * noise / noise.std()
    knocks = np.zeros(len(TIME))
    knocks[RATE // 8 :: RATE // 4] = 1.0
    return 0.2 * scipy.signal.lfilter([1.0], [1.0, -1.4, 0.8], knocks)


@dataclasses.dataclass(frozen=True)
class Plant:
    """Clips and facts of the page, and a folder."""

    clips: list
    facts: ModelFacts
    folder: pathlib.Path


@pytest.fixture(scope="session")
def plant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plant")
    rng = np.random.default_rng(0)
    spectra, normals, clips = {}, {}, []
    for machine in MACHINES:
        waveforms = [normal_sound(rng) for _ in range(20)]
        key = f"{machine}/all"
        spectra[key] = usual_spectrum(waveforms, RATE)
        normals[key] = []
        for index, waveform in enumerate(waveforms):
            path = folder / machine / f"normal_{index}.wav"
            path.parent.mkdir(exist_ok=True)
            soundfile.write(path, waveform, RATE)
            normals[key].append(path)
        for index in range(NUM_NEW):
            moment = START + index * datetime.timedelta(minutes=30)
            is_faulty = index >= FAULTS.get(machine, NUM_NEW)
            waveform = normal_sound(rng)
            if is_faulty:
                waveform = waveform + fault_sound(machine, rng)
            path = folder / machine / f"new_{moment:%Y%m%d_%H%M%S}.wav"
            soundfile.write(path, waveform, RATE)
            score = float(is_faulty) + 0.01 * index
            p_value = 0.01 if is_faulty else 0.5
            clips.append(
                ReportClip(path, key, score, p_value, is_faulty, time=moment)
            )
    gone = folder / "fan 1" / "<gone>.wav"
    clips.append(ReportClip(gone, "fan 1/all", None, None, None, "missing"))
    keys = [f"{machine}/all" for machine in MACHINES]
    facts = ModelFacts(
        RATE,
        "mean",
        0.05,
        dict.fromkeys(keys, 0.5),
        dict.fromkeys(keys, 60),
        UsualSound(spectra, normals),
    )
    return Plant(clips, facts, folder)


@pytest.fixture(scope="session")
def people(plant):
    return people_part(plant.clips, plant.facts)
