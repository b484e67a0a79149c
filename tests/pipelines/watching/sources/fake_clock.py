"""A clock that tests move by hand."""


class FakeClock:
    """Stands in for the module `time`."""

    def __init__(self, time=1_000_000.0):
        self._time = time
        self._monotonic = 50.0

    def time(self):
        return self._time

    def monotonic(self):
        return self._monotonic

    def go_on(self, seconds):
        self._time += seconds
        self._monotonic += seconds

    def jump(self, seconds):
        self._time += seconds
