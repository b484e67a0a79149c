"""From a URL to the model behind it."""

import re

from pipelines.client.grpc_model import GrpcModel
from pipelines.client.rest_model import RestModel

REST = re.compile(r"https?://[^/\s]+/v1/models/[^/:\s]+(/versions/\d+)?")
GRPC = re.compile(r"grpc://(?P<server>[^/\s]+:\d+)/(?P<name>[^/:\s]+)")

ServedModel = RestModel | GrpcModel


def connect(url: str, timeout_seconds: float = 30.0) -> ServedModel:
    """The model that a URL names; nothing is sent yet.

    Args:
        url: `http://HOST:8501/v1/models/NAME`, also with `/versions/NUMBER`
            or `https`; or `grpc://HOST:8500/NAME`.
        timeout_seconds: How long an answer may take.

    Raises:
        ValueError: If it is neither, or `timeout_seconds` is not positive,
            or what gRPC needs is not installed.

    >>> connect("http://localhost:8501/v1/models/fan").url
    'http://localhost:8501/v1/models/fan'
    >>> connect("localhost:8501/fan")
    Traceback (most recent call last):
    ValueError: `url` must be http://HOST:8501/v1/models/NAME or ...
    """
    if not timeout_seconds > 0:
        raise ValueError(
            "`timeout` must be positive seconds. Received: "
            f"timeout={timeout_seconds}."
        )
    if REST.fullmatch(url):
        return RestModel(url, timeout_seconds)
    if found := GRPC.fullmatch(url):
        return GrpcModel(found["server"], found["name"], timeout_seconds)
    raise ValueError(
        "`url` must be http://HOST:8501/v1/models/NAME or "
        f"grpc://HOST:8500/NAME. Received: url={url!r}."
    )
