"""Kept sounds of a watch, as a version before it is used hears them."""

import soundfile

from pipelines.programs.feedback import tell_normal
from pipelines.watching.history import HISTORY
from pipelines.watching.history import History
from pipelines.watching.judged_window import JudgedWindow
from pipelines.watching.outlets.outlets import SOUNDS
from pipelines.watching.outlets.sound_store import SoundStore
from tests.pipelines.programs.feedback_cases import TOLD
from tests.pipelines.programs.feedback_cases import Place

DAY = 86_400.0


def test_alarms_lost_and_gained_are_counted(tmp_path):
    place = Place(tmp_path).make()
    told = place.hums("told", 190, 24)
    now = 1e9
    with History(tmp_path / "watch" / HISTORY) as history:
        history.write(
            windows=[
                JudgedWindow("", TOLD, "", 0, now - days * DAY, 0.5, 1.0, 0.5)
                for days in (0, 1, 8)
            ]
        )
    store = SoundStore(tmp_path / "watch" / SOUNDS)
    for days in (0, 8):
        sound, rate = soundfile.read(f"{told}/000.wav", dtype="int16")
        store.write(TOLD, now - days * DAY, "alarm_1", sound, rate)
    store.write("fan/id_02", now, "alarm_2", sound, rate)
    history = str(tmp_path / "watch")
    lines = tell_normal(place.run, [told], TOLD, history=history)
    assert any(
        "1 kept sounds of the last 7 days (1 windows): 1 alarms before, 0 now; "
        "1 lost, 0 gained" in line
        for line in lines
    )
    assert any("2 windows of the last 7 days were judged" in x for x in lines)
