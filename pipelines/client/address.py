"""The served model that a URL names."""

import re
import urllib.parse

from pipelines.client.credentials import read_credentials
from pipelines.client.grpc_model import GrpcModel
from pipelines.client.rest_model import RestModel

VERSION = r"(/versions/(?P<version>\d{1,18})|/labels/(?P<label>[\w.-]+))?"
REST = re.compile(r"https?://[^/\s]+/v1/models/[^/:\s]+" + VERSION)
GRPC = re.compile(
    r"grpcs?://(?P<server>[^/\s]+:\d+)/(?P<name>[^/:\s]+)" + VERSION
)

# Sockets do not take any number of seconds.
MAX_TIMEOUT_SECONDS = 86_400.0

ServedModel = RestModel | GrpcModel


def connect(
    url: str,
    timeout_seconds: float = 30.0,
    ca_file: str | None = None,
    token_file: str | None = None,
) -> ServedModel:
    """The model that a URL names; nothing is sent yet.

    Args:
        url: `http://HOST:8501/v1/models/NAME` or `grpc://HOST:8500/NAME`,
            also with `/versions/NUMBER` or `/labels/LABEL`; encrypted as
            `https` and `grpcs`.
        timeout_seconds: How long an answer may take, at most a day.
        ca_file: See `read_credentials`.
        token_file: See `read_credentials`.

    Raises:
        ValueError: If it is neither, its port is no number up to 65535,
            `timeout_seconds` is not positive or too long, what gRPC needs
            is not installed, or for a file that `read_credentials` refuses.

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
        credentials = read_credentials(url, ca_file, token_file)
        return RestModel(url, timeout_seconds, credentials)
    if found := GRPC.fullmatch(url):
        return GrpcModel(
            found["server"],
            found["name"],
            timeout_seconds,
            read_credentials(url, ca_file, token_file),
            found["version"],
            found["label"],
            is_encrypted=url.startswith("grpcs:"),
        )
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
