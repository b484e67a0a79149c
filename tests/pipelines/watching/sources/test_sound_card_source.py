"""PortAudio with a device of ALSA that reads from a FIFO, at its pace."""

import os
import threading
import time

import numpy as np
import pytest

from pipelines.watching.sound_source import Hearing
from pipelines.watching.sources import recorder_source
from pipelines.watching.sources.sound_card_source import SoundCardSource
from tests.pipelines.watching.sources.listening import RATE
from tests.pipelines.watching.sources.listening import listen

BRIEFLY = Hearing(RATE, "mean", RATE // 4, RATE // 4)
DEVICES = """
pcm.null { type null }
pcm.default { type plug slave.pcm "null" }
"""
MICROPHONE = """
pcm.hall {
  type file
  slave.pcm "null"
  file "/dev/null"
  infile "FIFO"
  format "raw"
}
"""


class Microphone:
    """A device that may be plugged in and unplugged."""

    def __init__(self, folder):
        self.path = folder / "microphone"
        self.settings = folder / "asound.conf"
        os.mkfifo(self.path)
        self.is_plugged = threading.Event()
        self.is_over = threading.Event()
        self.plug_in()
        threading.Thread(target=self.sound, daemon=True).start()

    def plug_in(self):
        device = MICROPHONE.replace("FIFO", str(self.path))
        self.settings.write_text(DEVICES + device)
        self.is_plugged.set()

    def unplug(self):
        self.settings.write_text(DEVICES)
        self.is_plugged.clear()

    def sound(self):
        """Plays 440 Hz, a tenth of a second at a time."""
        number = os.open(self.path, os.O_RDWR)
        tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(1_600) / RATE)
        while not self.is_over.is_set():
            if self.is_plugged.wait(0.1):
                os.write(number, tone.astype("<f4").tobytes())
                time.sleep(0.1)
        os.close(number)


@pytest.fixture
def microphone(portaudio, tmp_path, monkeypatch):
    microphone = Microphone(tmp_path)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(microphone.settings))
    pauses = [0.2] * 99
    monkeypatch.setattr(recorder_source, "growing_pauses", lambda: iter(pauses))
    yield microphone
    microphone.is_over.set()


def test_a_card_that_is_unplugged_is_lost_and_comes_back(microphone):
    source = SoundCardSource("card", "fan/all", "hall", RATE)
    source.timeout_seconds = 0.6
    stop = threading.Event()
    sound = source.listen(BRIEFLY, None, stop)
    found = [next(sound), next(sound)]
    microphone.unplug()
    found.append(next(one for one in sound if hasattr(one, "kind")))
    threading.Timer(0.3, microphone.plug_in).start()
    found += [next(sound), next(sound)]
    stop.set()
    sound.close()
    kinds = [getattr(one, "kind", "window") for one in found]
    expected = ["window", "window", "source_lost", "source_back", "window"]
    assert kinds == expected
    assert "No sound for 0.6 s" in found[2].message
    assert not found[4].follows and found[4].start == 0
    for window in (found[0], found[4]):
        heard = np.abs(np.fft.rfft(window.waveform))
        assert heard.argmax() == 110  # Of a window of a quarter second.
        assert heard[110] / 2_000 == pytest.approx(0.3, rel=0.01)
        assert window.time == pytest.approx(time.time() - 2, abs=4)


def test_a_device_that_is_not_there_is_named(microphone):
    source = SoundCardSource("card", "fan/all", "cellar")
    (notice,) = listen(source, 1)
    assert notice.kind == "source_lost"
    assert "'cellar' is not one sound card of: hall, " in notice.message


def test_a_stop_ends_a_card_that_says_nothing(microphone):
    microphone.is_plugged.clear()
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    begun = time.monotonic()
    source = SoundCardSource("card", "fan/all", "hall", RATE)
    assert listen(source, stop=stop) == []
    assert time.monotonic() - begun < 2


def test_channels_are_as_many_as_the_one_to_hear_needs(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    source = SoundCardSource("card", "fan/all", "3", channel=2)
    assert source.request == {"device": 3, "rate": None, "channels": 3}


def test_what_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"keras-asd\[watch\]"):
        SoundCardSource("card", "fan/all")
