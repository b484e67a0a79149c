"""The record of what is known of one clip of an evaluation set."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class TrueClip:
    """What the evaluators disclosed of a clip after the challenge.

    Args:
        is_anomaly: Whether the machine was broken.
        domain: `"source"` or `"target"`, `None` in 2020.
        original_names: Names it had before they were made anonymous, the
            shortest attributes first. Empty where they are not disclosed.

    >>> TrueClip(True, "source").original_names
    ()
    """

    is_anomaly: bool
    domain: str | None = None
    original_names: tuple[str, ...] = ()

    @property
    def original_name(self) -> str | None:
        """Its name before it was made anonymous, or `None`."""
        return self.original_names[0] if self.original_names else None
