"""Ground truth of one clip of an evaluation set."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class TrueClip:
    """Label, domain and names of a clip, published after the challenge.

    Args:
        is_anomaly: Whether the clip is an anomaly.
        domain: Domain, `"source"` or `"target"`; `None` in 2020.
        original_names: Names before anonymisation, those with the shortest
            attributes first; empty if not published.

    >>> TrueClip(True, "source").original_names
    ()
    """

    is_anomaly: bool
    domain: str | None = None
    original_names: tuple[str, ...] = ()

    @property
    def original_name(self) -> str | None:
        """The first original name, or `None`."""
        return self.original_names[0] if self.original_names else None
