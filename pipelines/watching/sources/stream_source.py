"""Source of sound: a network stream, as RTSP, HTTP or what FFmpeg reads."""

import re
import urllib.parse
from typing import Any

from pipelines.watching.sources.recorder_source import RecorderSource
from pipelines.watching.sources.sound_card_source import check_package

# FFmpeg's own timeout comes first: it knows the reason.
SLACK_SECONDS = 2.0
# Up to the last, since a password may hold what it should not.
USER = re.compile(r"(?<=://).*(?=@)", re.DOTALL)
QUERY = re.compile(r"\?.*", re.DOTALL)


class StreamSource(RecorderSource):
    """A stream, connected to again when it breaks.

    Args:
        name: Name of the source.
        machine: Key of the machine.
        url: Address, with user and password if it needs them: neither is ever
            shown.
        stream: Index among its streams of sound.
        channel: Channel to hear, the model's own if `None`.
        timeout_seconds: Longest silence of the network.
        **options: `clock` of `RecorderSource`.

    Raises:
        ValueError: If PyAV is not installed.
    """

    def __init__(
        self,
        name: str,
        machine: str,
        url: str,
        stream: int = 0,
        channel: int | str | None = None,
        timeout_seconds: float = 10.0,
        **options: Any,
    ):
        check_package("av", "a stream")
        self.url = url
        self.shown = mask_address(url)
        super().__init__(
            name,
            machine,
            "pipelines.watching.sources.record_stream",
            {"url": url, "stream": stream, "timeout": timeout_seconds},
            timeout_seconds + SLACK_SECONDS,
            channel,
            **options,
        )

    def reword(self, reason: str) -> str:
        """Returns a reason without the secrets of the address."""
        return hide_secrets(reason, self.url)


def mask_address(url: str) -> str:
    """Returns an address as it may be shown: without user and query.

    >>> mask_address("http://me:secret@host:80/a?token=x")
    'http://***@host:80/a?***'
    """
    return QUERY.sub("?***", USER.sub("***", url))


def hide_secrets(text: str, url: str) -> str:
    """Returns a message without what is secret of an address.

    >>> hide_secrets("no rtsp://me:p%40ss@cam", "rtsp://me:p%40ss@cam")
    'no rtsp://***@cam'
    """
    text = text.replace(url, mask_address(url))
    user = USER.search(url)
    query = QUERY.search(url)
    secrets = [found[0] for found in (user, query) if found]
    password = secrets[0].partition(":")[2] if user else ""
    for secret in (*secrets, password, urllib.parse.unquote(password)):
        if len(secret) > 2:
            text = text.replace(secret, "***")
    return text
