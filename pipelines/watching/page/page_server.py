"""Server of the page: threads of their own beside the watch."""

import socket
import threading
from typing import Any

import flask

from pipelines.watching.page.page_address import PageAddress

NUM_THREADS = 4
# A client that is too slow waits in a queue, and holds no thread.
MAX_CONNECTIONS = 60
IDLE_SECONDS = 30
MAX_HEADER_BYTES = 16_384
MAX_BODY_BYTES = 65_536
LOOK_SECONDS = 1.0


class PageServer:
    """Serves an application until it is closed.

    Args:
        app: Application.
        address: Where; port 0 for one that is free.

    Attributes:
        address: Where it is served.

    Raises:
        ValueError: If the port is taken.
    """

    def __init__(self, app: flask.Flask, address: PageAddress):
        import waitress
        from waitress import wasyncore

        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        try:
            listening = socket.create_server(
                (address.host, address.port), family=family
            )
        except (OSError, OverflowError) as error:
            raise ValueError(
                "`page` must be PORT or HOST:PORT, a free port of this "
                f"machine. Received: page={address.host}:{address.port}: "
                f"{error}."
            ) from None
        self._loop = wasyncore
        self._map: dict[int, Any] = {}
        self._server: Any = waitress.create_server(
            app,
            self._map,
            sockets=[listening],
            threads=NUM_THREADS,
            connection_limit=MAX_CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=5,
            max_request_header_size=MAX_HEADER_BYTES,
            max_request_body_size=MAX_BODY_BYTES,
            ident=None,
            clear_untrusted_proxy_headers=False,
            asyncore_use_poll=True,
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._serve, name="page", daemon=True
        )

    @property
    def port(self) -> int:
        """Port that it is served at."""
        return int(self._server.effective_port)

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def close(self) -> None:
        """Ends the server."""
        self._stop.set()
        if self._thread.is_alive():
            self._server.pull_trigger()
            self._thread.join(10)
        else:
            self._end()

    def _serve(self) -> None:
        while not self._stop.is_set():
            self._loop.loop(LOOK_SECONDS, True, self._map, 1)
        self._end()

    def _end(self) -> None:
        self._server.task_dispatcher.shutdown(timeout=2)
        self._loop.close_all(self._map)
