"""Listener of a watch: what is told of its windows and events."""

from pipelines.watching.events import Event
from pipelines.watching.judged_window import JudgedWindow
from pipelines.watching.sound_source import Window


class Listener:
    """Is told of everything that a watch hears; a subclass takes what it needs.

    It is called in the thread of the watch, and must not wait.

    >>> Listener().report(Event("started", 0.0))
    """

    def hear(self, window: JudgedWindow, time: float) -> None:
        """A window was judged; `time` is now, in seconds since 1970."""

    def keep(self, source: str, sound: Window, window: JudgedWindow) -> None:
        """The sound of a window that was judged, of a source by name."""

    def report(self, event: Event) -> None:
        """An event was written."""
