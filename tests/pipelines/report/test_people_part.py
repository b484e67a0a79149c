import dataclasses
import datetime
import pathlib
import time

import pytest

from pipelines.report.model_facts import NOTHING_KNOWN
from pipelines.report.page import render_page
from pipelines.report.people_part import people_part
from pipelines.report.report_clip import ReportClip
from pipelines.report.report_clip import clip_of_row
from pipelines.report.sounds import BUDGET_BYTES


def test_the_machines_with_a_fault_come_first(people):
    names = [view.part.name for view in people.machines]
    assert names == ["pump", "fan 2", "press", "fan 1"]
    states = [view.part.state for view in people.machines]
    assert states == [*3 * ["Look first"], "No alarm"]
    assert (
        people.summary[0] == "3 of 4 machines had more alarms than by chance."
    )
    assert "22 of 64 clips raised an alarm." in people.summary[1]
    assert "false-alarm rate of 5 %" in people.summary[1]


def test_it_is_said_since_when_and_in_which_band(people):
    parts = {view.part.name: view.part for view in people.machines}
    assert parts["fan 2"].since == (
        "Alarms since 2024-03-04 10:30: 7 of the 7 clips since then, "
        "0 of the 9 before."
    )
    assert parts["fan 2"].band.startswith("892 Hz, ")
    assert parts["fan 2"].band.endswith(
        "dB above its usual level, all the time (common to 7 of 7 alarms)."
    )
    assert "2024-03-04 09:00" in parts["pump"].since
    assert parts["pump"].band.startswith("Between 2.05 and 3.09 kHz, ")
    assert "2024-03-04 11:30" in parts["press"].since
    assert "in short bursts, about every 0.2 s" in parts["press"].band or (
        "in short bursts, about every 0.3 s" in parts["press"].band
    )
    assert parts["fan 1"].since == parts["fan 1"].band == ""


def test_it_is_said_how_many_alarms_have_the_band(people):
    part = next(v.part for v in people.machines if v.part.name == "fan 2")
    fewer = dataclasses.replace(part.common, number=4)
    several = dataclasses.replace(part, common=fewer, num_looked_at=5)
    assert "(common to 4 of the 5 strangest alarms)" in several.band
    nothing = dataclasses.replace(part, common=None, num_standing_out=3)
    assert nothing.band == (
        "No band is common to its alarms; something stands out in 3 of 7 "
        "alarms."
    )


def test_a_card_has_numbers_pictures_and_sounds(people):
    [*cards] = people.machines[0].cards
    assert len(cards) == 8
    card = cards[0]
    assert (card.decision, card.p_value, card.threshold) == (
        "alarm",
        "0.01",
        "0.5",
    )
    assert len(card.look.pictures) == 4
    assert card.look.sound.startswith("data:audio/flac;base64,")
    assert card.look.normal.startswith("data:audio/flac;base64,")
    assert card.look.normal_name.startswith("normal_")
    # Of a machine without alarms, the strangest clip, and no sound of it.
    [calm] = people.machines[3].cards
    assert not calm.look.sound and len(calm.look.pictures) == 4


@pytest.mark.parametrize(("audio", "number"), [("none", 0), ("all", 4)])
def test_sounds_are_those_asked_for(plant, audio, number):
    few = [clip for clip in plant.clips if clip.key == "fan 1/all"]
    [view] = people_part(few, plant.facts, audio).machines
    assert bool(view.cards[0].look.sound) is (number > 0)


def test_a_machine_without_usual_spectrum_says_why(plant):
    facts = dataclasses.replace(plant.facts, usual=NOTHING_KNOWN.usual)
    few = [clip for clip in plant.clips if clip.key == "press/all"]
    [view] = people_part(few, facts, "none").machines
    assert view.part.band == (
        "No usual spectrum: the model keeps no usual spectrum of press/all."
    )
    assert [name for name, _ in view.cards[0].look.pictures] == ["Spectrogram"]


def test_no_decision_is_said_and_not_called_calm():
    clip = ReportClip(pathlib.Path("a.wav"), "fan/all", 0.5, None, None)
    found = people_part([clip], NOTHING_KNOWN)
    assert found.machines[0].part.state == "No decision"
    assert "too few normal clips" in found.machines[0].part.numbers


def test_ten_thousand_clips_stay_a_usable_page():
    clips = [
        ReportClip(
            pathlib.Path(f"m{index % 20}", f"{index}.wav"),
            f"m{index % 20}/all",
            index / 10_000,
            0.5,
            index % 37 == 0,
        )
        for index in range(10_000)
    ]
    begin = time.perf_counter()
    page = render_page(people_part(clips, NOTHING_KNOWN))
    assert time.perf_counter() - begin < 60
    assert len(page) < 4_000_000 < BUDGET_BYTES
    assert "further clips" in page and "have no point" in page
    assert page.count('<details class="card"') <= 60


def test_windows_of_a_long_recording_are_read_and_have_their_time(plant):
    path = next(clip.path for clip in plant.clips if clip.is_alarm)
    row = {
        "clip": str(path),
        "machine": "fan 2/all",
        "start_seconds": 0.5,
        "end_seconds": 1.5,
        "anomaly_score": 2.0,
        "p_value": 0.01,
        "decision": 1,
        "problem": "",
    }
    clip = clip_of_row(row)
    assert clip.name.endswith(".wav, 0.5 to 1.5 s")
    assert clip.moment - clip.time == datetime.timedelta(seconds=0.5)
    [view] = people_part([clip], plant.facts).machines
    assert "dB above its usual level" in view.cards[0].look.sentence
