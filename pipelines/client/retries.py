"""Another try where a server is busy or not up yet."""

import time
from collections.abc import Callable
from collections.abc import Sequence
from typing import TypeVar

from pipelines.client.server_error import ServerError

PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0)

Answer = TypeVar("Answer")


def with_retries(
    call: Callable[[], Answer], pauses: Sequence[float] = PAUSES_SECONDS
) -> Answer:
    """Calls until it succeeds, with longer and longer pauses.

    Args:
        call: Takes nothing.
        pauses: Seconds before each further call.

    Returns:
        What the first successful call returned.

    Raises:
        ServerError: If it will not pass, or has not after the last pause.

    >>> answers = [ServerError("busy", may_pass=True), 0.5]
    >>> def call():
    ...     answer = answers.pop(0)
    ...     if isinstance(answer, ServerError):
    ...         raise answer
    ...     return answer
    >>> with_retries(call, pauses=[0.0])
    0.5
    """
    for pause in pauses:
        try:
            return call()
        except ServerError as error:
            if not error.may_pass:
                raise
        time.sleep(pause)
    return call()
