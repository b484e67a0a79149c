"""Retries where a server is busy, restarted or not up yet."""

import urllib3


class Retries(urllib3.Retry):
    """`urllib3.Retry` that leaves alone what a second request cannot mend.

    Retried are the statuses of `status_forcelist`, connections that are
    refused, reset or closed without an answer; not slow answers, unknown
    hosts, wrong certificates or what is not HTTP.

    >>> Retries(total=2).increment(error=ConnectionRefusedError()).total
    1
    >>> Retries(total=2).increment(error=TimeoutError())
    Traceback (most recent call last):
    TimeoutError
    """

    def increment(
        self, method=None, url=None, response=None, error=None, *rest, **options
    ):
        if error and not isinstance(find_cause(error), ConnectionError):
            raise error
        return super().increment(method, url, response, error, *rest, **options)


# Pauses of 0, 1, 2 and 4 s, the later ones with up to 0.5 s of jitter, or as
# long as the server asks for by `Retry-After`.
RETRIES = Retries(
    total=4,
    backoff_factor=0.5,
    backoff_jitter=0.5,
    retry_after_max=30,
    allowed_methods=("POST",),
    status_forcelist=(429, 502, 503),
    raise_on_status=False,
)


def find_cause(error: BaseException) -> BaseException:
    """The error that urllib3 and requests have wrapped in their own.

    >>> inner = ConnectionResetError("reset")
    >>> find_cause(urllib3.exceptions.ProtocolError("Aborted.", inner))
    ConnectionResetError('reset')
    """
    wrapped = [one for one in error.args if isinstance(one, BaseException)]
    inner = error.__cause__ or next(iter(wrapped), None)
    return find_cause(inner) if inner else error
