"""Growing pauses between attempts, with jitter."""

import random
from collections.abc import Callable
from collections.abc import Iterator


def growing_pauses(
    first: float = 1.0,
    most: float = 60.0,
    draw: Callable[[], float] = random.random,
) -> Iterator[float]:
    """Yields pauses in seconds that double, each between half and all of it.

    Jitter keeps many sources, or many watches, from trying all at once.

    Args:
        first: Longest first pause.
        most: Longest pause.
        draw: Random numbers in [0, 1).

    >>> pauses = growing_pauses(draw=lambda: 0.0)
    >>> [next(pauses) for _ in range(8)]
    [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    """
    pause = first
    while True:
        yield pause * (0.5 + 0.5 * draw())
        pause = min(2.0 * pause, most)
