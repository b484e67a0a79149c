import dataclasses
import pathlib

from pipelines.audio.inspected_clip import InspectedClip
from pipelines.datasets.clip import Clip
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.data_overview import describe_data
from pipelines.settings.config import Config


def listed(
    path, section="all", role="train", rate=16_000, channels=1, machine="pump"
):
    clip = Clip(pathlib.Path(path), machine, section, "train", False)
    good = InspectedClip(clip, "WAV", "PCM_16", rate, channels, 10 * rate, True)
    return ListedClip(clip, role, "", good)


def test_a_section_has_its_clips_seconds_and_held_out_ones():
    clips = [
        listed("pump/1.wav"),
        listed("pump/2.wav", role="held out"),
        listed("pump/3.wav", rate=48_000, channels=2),
        listed("fan/1.wav", machine="fan\n"),
        listed("made/1.wav", machine="valve", role="contrast"),
    ]
    _, _, fan, pump, *notes = describe_data(clips, Config())
    assert fan.split() == ["fan\\n", "all", "1", "10", "0", "16", "kHz"]
    assert pump.split()[:5] == ["pump", "all", "3", "30", "1"]
    assert pump.endswith("16 to 48 kHz, 1 to 2 channels")
    assert notes == [
        "1 of 4 clips are of up to 48 kHz: sound above 8 kHz is not heard; "
        "--sampling_rate 48000 keeps it",
        "1 of 4 clips are of several channels: of these --recording_channel "
        "mean is heard",
    ]


def test_of_many_sections_the_first_ten_and_a_number_are_shown():
    clips = [listed("pump/1.wav", f"unit {i:02d}") for i in range(40)]
    lines = describe_data([*clips, *clips], Config(), has_table=True)
    assert len(lines) == 2 + 10 + 1
    assert lines[-1] == "and 30 more sections, of 60 clips"


def test_what_folders_were_taken_for_is_said():
    clips = [
        listed("pump/train/2024-05-01/early/1.wav"),
        listed("pump/train/normal/left/1.wav", "left"),
        listed("fan/id_00/normal/1.wav", "id_00", machine="fan"),
        listed("plant/hall 2/fan/train/1.wav", machine="fan"),
    ]
    *_, dates, named = describe_data(clips, Config())
    assert "such as 2024-05-01/early; --sections folders" in dates
    assert "such as pump/left; --sections one" in named
    assert not any(
        "--sections" in line
        for line in describe_data(clips, Config(), has_table=True)
    )


def test_low_rates_and_a_channel_are_named():
    clips = [listed("pump/1.wav", rate=8_000), listed("pump/2.wav", channels=4)]
    config = dataclasses.replace(Config(), recording_channel=1)
    low, channel = describe_data(clips, config)[-2:]
    assert "1 of 2 clips are of 8 kHz or more, with no sound above 4" in low
    assert "--recording_channel 1 is heard" in channel
