"""Requests to Zenodo, or to a mirror of it."""

import itertools
import json
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from pipelines.datasets.download.record import Record
from pipelines.datasets.download.record import parse_record

ZENODO = "https://zenodo.org"
# Pauses of 0, 4 and 8 s, the later ones with up to 2 s of jitter, or as long
# as the server asks for by `Retry-After`.
RETRIES = urllib3.Retry(
    total=3,
    backoff_factor=2,
    backoff_jitter=2,
    retry_after_max=120,
    status_forcelist=(408, 429, *range(500, 600)),
    raise_on_status=False,
)
_TIMEOUT_SECONDS = (10.0, 60.0)  # To connect, and between two pieces.
_PIECE_BYTES = 1 << 16
_MAX_ANSWER_BYTES = 20_000_000
_WAYS_OUT = (
    "Check the network, name a mirror by `--mirror`, or see what would come "
    "by `--dry_run`."
)


class Server:
    """A server of records over HTTP or HTTPS.

    Args:
        url: `http(s)://host[:port][/path]`, without a user or password.
        num_retries: Further requests where the server is busy or silent.

    >>> Server("ftp://zenodo.org")
    Traceback (most recent call last):
    ValueError: A mirror must be `http(s)://host[:port][/path]`, ...
    """

    def __init__(
        self, url: str = ZENODO, num_retries: int | None = RETRIES.total
    ) -> None:
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
        self.retries = RETRIES.new(total=num_retries)
        self._session = requests.Session()
        # Sends no password from ~/.netrc.
        self._session.auth = lambda request: request
        for scheme in ("http://", "https://"):
            adapter = requests.adapters.HTTPAdapter(max_retries=self.retries)
            self._session.mount(scheme, adapter)

    def read_record(self, number: int) -> Record:
        """Reads names, sizes and checksums of a record's files.

        Args:
            number: Number of the record.

        Raises:
            ConnectionError: If the server does not answer.
            FileNotFoundError: If it has no such record.
            ValueError: If the answer is not a record.
        """
        link = f"/api/records/{number}"
        with self.get(link) as response:
            pieces = itertools.islice(
                response.iter_content(_PIECE_BYTES),
                _MAX_ANSWER_BYTES // _PIECE_BYTES,
            )
            try:
                text = b"".join(pieces)
            except requests.RequestException as error:
                raise _unreachable(self.url + link, error) from error
        return parse_record(number, _parse_json(text, link), self.url)

    def get(self, link: str, offset: int = 0) -> requests.Response:
        """Requests a file from a byte on; the caller reads and closes it.

        Returns:
            An answer of status 206 if it begins at `offset`, 200 if at the
            file's start, and 416 if there is nothing from `offset` on.

        Raises:
            ConnectionError: If the server is busy or silent after the last
                retry.
            FileNotFoundError: If the server has no such file.
            PermissionError: If the server requires a login.
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
        if status in RETRIES.status_forcelist:
            raise _unreachable(url, f"status {status}")
        raise PermissionError(
            "The server must hand out files without asking who wants them. "
            f"Received: status {status} for {url}."
        )


def _parse_json(text: bytes, link: str) -> Any:
    try:
        return json.loads(text)
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
