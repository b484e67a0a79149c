"""What sources give, listened to in tests."""

import itertools
import threading

from pipelines.watching.sound_source import Hearing
from pipelines.watching.sound_source import Window

RATE = 16_000
HEARING = Hearing(RATE, "mean", window=RATE, step=RATE // 2)


def listen(source, num=None, position=None, stop=None, hearing=HEARING):
    """The first windows and notices of a source, which is then closed."""
    stop = stop or threading.Event()
    sound = source.listen(hearing, position, stop)
    found = list(itertools.islice(sound, num))
    stop.set()
    sound.close()
    return found


def windows_of(found):
    return [one for one in found if isinstance(one, Window)]


def notices_of(found):
    return [one for one in found if not isinstance(one, Window)]


class CountedStop(threading.Event):
    """Is set after so many pauses, none of which takes time."""

    def __init__(self, clock, num_pauses):
        super().__init__()
        self.clock = clock
        self.num_pauses = num_pauses
        self.pauses = []
        self.during = {}

    def wait(self, timeout=None):
        self.pauses.append(timeout)
        self.clock.go_on(timeout)
        self.during.get(len(self.pauses), lambda: None)()
        if len(self.pauses) >= self.num_pauses:
            self.set()
        return self.is_set()
