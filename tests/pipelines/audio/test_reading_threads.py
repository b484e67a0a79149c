import logging
import threading

from pipelines.audio import reading_threads as module
from pipelines.audio.reading_threads import reading_threads
from pipelines.audio.reading_threads import wait_for


def test_a_recording_that_takes_long_is_named_until_it_is_read(
    monkeypatch, caplog
):
    monkeypatch.setattr(module, "SLOW_SECONDS", 0.1)
    is_named = threading.Event()

    class Listener(logging.Handler):
        def emit(self, record):
            is_named.set()

    monkeypatch.setattr(module.logger, "handlers", [Listener()])
    with reading_threads(1) as threads:
        future = threads.submit(is_named.wait, 60)
        assert wait_for(future, "a\rb.wav")
    assert caplog.messages[0] == r"slow: a\rb.wav: not read after 0.1 s"


def test_nobody_waits_for_a_thread_whose_work_is_given_up():
    release = threading.Event()
    try:
        with reading_threads(1) as threads:
            futures = [threads.submit(release.wait, 60) for _ in range(3)]
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert not futures[0].done() and futures[2].cancelled()
    release.set()
