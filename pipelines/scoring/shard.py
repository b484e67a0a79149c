"""Shards: equal shares of a list, chunk by chunk."""

import dataclasses
import re
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Shard:
    """One of several shares of a list.

    Args:
        index: Its index, from 0.
        count: Number of shards.

    >>> str(Shard(0, 2)), Shard(1, 2).take("abcdefg", 2)
    ('0/2', ('c', 'd', 'g'))
    """

    index: int
    count: int

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    def take(self, clips: Sequence[T], chunk_length: int) -> tuple[T, ...]:
        """Takes every `count`-th chunk of a list, from its own first one.

        Args:
            clips: The whole list.
            chunk_length: `ScoringSettings.chunk_length`.
        """
        starts = range(
            self.index * chunk_length, len(clips), self.count * chunk_length
        )
        return tuple(
            clip
            for start in starts
            for clip in clips[start : start + chunk_length]
        )


def read_shard(text: str) -> Shard:
    """Reads a shard from the words of a command, such as `0/4`.

    Raises:
        ValueError: If it is none.

    >>> read_shard("3/4")
    Shard(index=3, count=4)
    """
    found = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text, re.ASCII)
    if not found or int(found[1]) >= int(found[2]):
        raise ValueError(
            "`shard` must be i/n, shard i of n, from 0 to n - 1. Received: "
            f"shard={text}."
        )
    return Shard(int(found[1]), int(found[2]))
