"""Reader of a source: a thread with a queue that never grows without end."""

import collections
import threading
from collections.abc import Mapping
from typing import Any

from pipelines.watching.sound_source import Hearing
from pipelines.watching.sound_source import Notice
from pipelines.watching.sound_source import SoundSource
from pipelines.watching.sound_source import Window

MAX_WINDOWS = 32
LOOK_SECONDS = 0.25
# Seconds between reports of windows that were dropped.
SAID_SECONDS = 60.0


class SourceReader:
    """Listens to a source in a thread of its own.

    At most `max_windows` wait. Where nobody takes them in time, a live source
    loses its oldest ones, which are counted, and another source waits.

    Args:
        source: Source.
        hearing: What the model hears at once.
        position: Where the source goes on, or `None`.
        news: Set whenever something new waits.
        max_windows: Most windows that wait.

    >>> import pathlib
    >>> class Silence:
    ...     name, machine, is_live = "silence", "fan", False
    ...     def listen(self, hearing, position, stop):
    ...         yield Notice("source_lost", "Silence.", 0.0)
    >>> reader = SourceReader(
    ...     Silence(), Hearing(16_000, "mean", 1, 1), None, threading.Event())
    >>> reader.start()
    >>> reader.stop()
    >>> [notice.message for notice in reader.take(1)], reader.is_over
    (['Silence.'], True)
    """

    def __init__(
        self,
        source: SoundSource,
        hearing: Hearing,
        position: Mapping[str, Any] | None,
        news: threading.Event,
        max_windows: int = MAX_WINDOWS,
    ):
        self.source = source
        self.num_dropped, self._said = 0, 0.0
        self.error: BaseException | None = None
        self._hearing, self._position = hearing, position
        self._news, self._max_windows = news, max_windows
        self._stop = threading.Event()
        self._waiting: collections.deque[Window | Notice] = collections.deque()
        self._num_windows = 0
        self._changed = threading.Condition()
        self._thread = threading.Thread(
            target=self._read, name=f"source {source.name}", daemon=True
        )

    @property
    def is_over(self) -> bool:
        """Whether the source has ended, and everything of it was taken."""
        return not self._thread.is_alive() and not self._waiting

    def start(self) -> None:
        """Begins to listen."""
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Ends the listening; waits for the thread, but not for long."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(seconds)

    def take(self, num_windows: int) -> list[Window | Notice]:
        """Returns what waits in order, with at most so many windows."""
        taken: list[Window | Notice] = []
        with self._changed:
            while self._waiting:
                is_window = isinstance(self._waiting[0], Window)
                if is_window and num_windows == 0:
                    break
                num_windows -= is_window
                self._num_windows -= is_window
                taken.append(self._waiting.popleft())
            self._changed.notify_all()
        return taken

    def take_dropped(self, now: float) -> Notice | None:
        """Returns how many windows were dropped, at most once a minute.

        Args:
            now: Seconds since 1970.
        """
        with self._changed:
            if not self.num_dropped or now - self._said < SAID_SECONDS:
                return None
            number, self.num_dropped, self._said = self.num_dropped, 0, now
        message = (
            f"{number} windows were left out: judging is slower than this "
            "source."
        )
        return Notice("sound_dropped", message, now, {"windows": number})

    def _read(self) -> None:
        try:
            items = self.source.listen(
                self._hearing, self._position, self._stop
            )
            for item in items:
                if not self._put(item):
                    items.close()  # type: ignore[attr-defined]
                    return
        except BaseException as error:
            # The watch ends with it, in its own thread.
            self.error = error
        finally:
            self._news.set()

    def _put(self, item: Window | Notice) -> bool:
        """Whether the source is to go on."""
        with self._changed:
            if isinstance(item, Window):
                while self._num_windows >= self._max_windows:
                    if self._stop.is_set():
                        return False
                    if self.source.is_live:
                        self._drop_oldest()
                    else:
                        self._changed.wait(LOOK_SECONDS)
                self._num_windows += 1
            self._waiting.append(item)
        self._news.set()
        return not self._stop.is_set()

    def _drop_oldest(self) -> None:
        for index, item in enumerate(self._waiting):
            if isinstance(item, Window):
                del self._waiting[index]
                break
        self._num_windows -= 1
        self.num_dropped += 1
