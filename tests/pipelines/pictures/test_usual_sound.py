import pathlib

import numpy as np
import pytest

from pipelines.audio.inspection import inspect_clips
from pipelines.datasets.clip import Clip
from pipelines.pictures.usual_sound import usual_sound_of_export
from pipelines.pictures.usual_sound import usual_sound_of_run
from pipelines.pictures.usual_spectrum import pack_spectra
from pipelines.runs.artefacts import USUAL_SOUND
from pipelines.runs.clip_list import ListedClip

GROUPS = {"fan/a": (0,), "fan/b": (1,), "fan": (0, 1)}


@pytest.fixture
def listed(write_hum):
    clips = [
        Clip(write_hum(f"fan/{unit}/{i}.wav"), "fan", unit, "train", False)
        for unit in "ab"
        for i in range(4)
    ]
    good, _ = inspect_clips(clips)
    return [ListedClip(one.clip, "train", "", one) for one in good]


def measure(listed):
    return usual_sound_of_run(listed, 16_000, "mean", GROUPS, list(GROUPS))


def test_a_machine_has_the_clips_of_its_sections(listed):
    sound = measure(listed)
    numbers = {key: one.num_clips for key, one in sound.spectra.items()}
    assert numbers == {"fan/a": 4, "fan/b": 4, "fan": 8}
    same = np.zeros(len(sound.spectra["fan"].mean[0]))
    same += sound.spectra["fan"].levels[1] - sound.spectra["fan"].mean[0]
    assert sound.nearest("fan", same) == sound.normals["fan"][1]


def test_recordings_that_are_gone_are_said_to_be(listed):
    for one in listed[:2]:
        one.clip.path.unlink()
    sound = measure(listed)
    assert set(sound.spectra) == {"fan/b", "fan"}
    assert "of the 4 normal clips of fan/a" in sound.why("fan/a")
    assert "2 can be read here, and 3 are needed" in sound.why("fan/a")


def test_an_export_has_the_spectra_alone(listed, tmp_path):
    path = tmp_path / USUAL_SOUND
    path.parent.mkdir()
    path.write_bytes(pack_spectra(measure(listed).spectra))
    sound = usual_sound_of_export(tmp_path)
    assert sound.spectra["fan"].num_clips == 8 and not sound.normals
    path.write_bytes(b"garbage")
    with pytest.raises(ValueError, match="damaged.*Export it again"):
        usual_sound_of_export(tmp_path)
    assert not usual_sound_of_export(pathlib.Path("old")).spectra
