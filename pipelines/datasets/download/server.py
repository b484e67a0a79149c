"""Zenodo, or a mirror of it."""

import json
import time
from typing import Any
from urllib.parse import urlsplit

import requests

from pipelines.datasets.download.record import Record
from pipelines.datasets.download.record import parse_record

ZENODO = "https://zenodo.org"
# Before each further try of what may pass.
PAUSES_SECONDS = (1.0, 3.0, 10.0)
_TIMEOUT_SECONDS = (10.0, 60.0)  # To connect, and between two pieces.
_MAX_ANSWER_BYTES = 20_000_000
_WAYS_OUT = (
    "Check the network, name a mirror by `--mirror`, or see what would come "
    "by `--dry_run`."
)


class Server:
    """A server of records over HTTP or HTTPS.

    Args:
        url: `http(s)://host[:port][/path]`, without a user or password.

    >>> Server("ftp://zenodo.org")
    Traceback (most recent call last):
    ValueError: A mirror must be `http(s)://host[:port][/path]`, ...
    """

    def __init__(self, url: str = ZENODO) -> None:
        split = urlsplit(url)
        if (
            split.scheme not in ("http", "https")
            or not split.hostname
            or "@" in split.netloc
            or split.query
            or split.fragment
        ):
            shown = url.rpartition("@")[-1]
            raise ValueError(
                "A mirror must be `http(s)://host[:port][/path]`, without a "
                f"user or password. Received: {shown!r}. That of Zenodo is "
                f"{ZENODO}."
            )
        self.url = url.rstrip("/")
        self._session = requests.Session()
        # Sends no password that happens to lie in ~/.netrc.
        self._session.auth = lambda request: request

    def read_record(self, number: int, is_patient: bool = True) -> Record:
        """Reads what a record says of its files.

        Args:
            number: Number of the record.
            is_patient: Whether to try again where the fault may pass.

        Raises:
            ConnectionError: If the server does not answer.
            FileNotFoundError: If it has no such record.
            ValueError: If what it answers is no record.
        """
        for pause in PAUSES_SECONDS if is_patient else ():
            try:
                return self._read_record(number)
            except ConnectionError:
                time.sleep(pause)
        return self._read_record(number)

    def get(self, link: str, offset: int = 0) -> requests.Response:
        """Asks for a file from a byte on; the caller reads and closes it.

        Returns:
            An answer of status 206 if it begins at `offset`, 200 if at the
            file's start, and 416 if there is nothing from `offset` on.

        Raises:
            ConnectionError: If the fault may pass.
            FileNotFoundError: If the server has no such file.
            PermissionError: If the server keeps it to itself.
        """
        headers = {"Accept-Encoding": "identity", "User-Agent": "keras-asd"}
        if offset:
            headers["Range"] = f"bytes={offset}-"
        url = self.url + link
        try:
            response = self._session.get(
                url, headers=headers, stream=True, timeout=_TIMEOUT_SECONDS
            )
        except requests.RequestException as error:
            raise _unreachable(url, error) from error
        status = response.status_code
        if status in (200, 206) or (status == 416 and offset):
            return response
        response.close()
        if status in (404, 410):
            raise FileNotFoundError(
                "What is downloaded must be on the server. Received: status "
                f"{status} for {url}. Was the record moved or withdrawn? "
                "Look it up at https://zenodo.org."
            )
        if status in (408, 429) or status >= 500:
            raise _unreachable(url, f"status {status}")
        raise PermissionError(
            "The server must hand out files without asking who wants them. "
            f"Received: status {status} for {url}."
        )

    def _read_record(self, number: int) -> Record:
        link = f"/api/records/{number}"
        with self.get(link) as response:
            try:
                text = b""
                for piece in response.iter_content(65_536):
                    text += piece
                    if len(text) > _MAX_ANSWER_BYTES:
                        break
            except requests.RequestException as error:
                raise _unreachable(self.url + link, error) from error
        return parse_record(number, _parse_json(text, link), self.url)


def _parse_json(text: bytes, link: str) -> Any:
    try:
        return json.loads(text[:_MAX_ANSWER_BYTES])
    except (ValueError, RecursionError) as error:
        raise ValueError(
            "A server of records must answer with JSON. Received: "
            f"{text[:80]!r} for {link}. Is it Zenodo, or a mirror of it?"
        ) from error


def _unreachable(url: str, reason: object) -> ConnectionError:
    return ConnectionError(
        f"The server must be reachable. Received: {reason} for {url}. "
        f"{_WAYS_OUT}"
    )
