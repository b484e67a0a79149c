"""The served model that a URL names."""

import re
import urllib.parse

from pipelines.client.grpc_model import GrpcModel
from pipelines.client.rest_model import RestModel

REST = re.compile(r"https?://[^/\s]+/v1/models/[^/:\s]+(/versions/\d+)?")
GRPC = re.compile(r"grpc://(?P<server>[^/\s]+:\d+)/(?P<name>[^/:\s]+)")

# Sockets do not take any number of seconds.
MAX_TIMEOUT_SECONDS = 86_400.0

ServedModel = RestModel | GrpcModel


def connect(url: str, timeout_seconds: float = 30.0) -> ServedModel:
    """The model that a URL names; nothing is sent yet.

    Args:
        url: `http://HOST:8501/v1/models/NAME`, also with `/versions/NUMBER`
            or `https`; or `grpc://HOST:8500/NAME`.
        timeout_seconds: How long an answer may take, at most a day.

    Raises:
        ValueError: If it is neither, its port is no number up to 65535,
            `timeout_seconds` is not positive or too long, or what gRPC needs
            is not installed.

    >>> connect("http://localhost:8501/v1/models/fan").url
    'http://localhost:8501/v1/models/fan'
    >>> connect("localhost:8501/fan")
    Traceback (most recent call last):
    ValueError: `url` must be http://HOST:8501/v1/models/NAME or ...
    """
    if not 0 < timeout_seconds <= MAX_TIMEOUT_SECONDS:
        raise ValueError(
            "`timeout` must be above 0 and at most "
            f"{MAX_TIMEOUT_SECONDS:.0f} seconds. Received: "
            f"timeout={timeout_seconds}."
        )
    if not _has_valid_port(url):
        raise ValueError(
            "The port of `url` must be a number from 1 to 65535. Received: "
            f"url={url!r}."
        )
    if REST.fullmatch(url):
        return RestModel(url, timeout_seconds)
    if found := GRPC.fullmatch(url):
        return GrpcModel(found["server"], found["name"], timeout_seconds)
    raise ValueError(
        "`url` must be http://HOST:8501/v1/models/NAME or "
        f"grpc://HOST:8500/NAME. Received: url={url!r}."
    )


def _has_valid_port(url: str) -> bool:
    """Whether a URL's port, if it has one, is a port."""
    try:
        return urllib.parse.urlsplit(url).port != 0
    except ValueError:
        return False
