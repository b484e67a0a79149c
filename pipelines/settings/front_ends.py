"""Settings of front-ends, from waveforms to log-Mel spectrograms."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal

from pipelines.settings.fields import Range
from pipelines.settings.fields import Record
from pipelines.settings.fields import at_least
from pipelines.settings.fields import setting

if TYPE_CHECKING:
    from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class FrontEnd(Record):
    """Base of the front-ends.

    Args:
        num_mel_bins: Number of Mel bands, and of the filters of the Tgram.

    >>> FrontEnd(num_mel_bins=4)
    Traceback (most recent call last):
    ValueError: `num_mel_bins` must be at least 8. Received: num_mel_bins=4.
    """

    num_mel_bins: int = setting(
        128,
        at_least(8),
        Range(
            "Choi & Choi have 128 bands; fewer are faster, and blur lines "
            "together.",
            grid=(64, 128),
            low=32,
            high=256,
            sampling="log",
            step=2,
        ),
    )

    def arguments(self, config: "Config") -> dict[str, Any]:
        """Arguments of an embedder that select its front-end."""
        return {"front_end": self.build(config)}

    def build(self, config: "Config") -> Any:
        """The Keras layer, `(batch, samples)` to `(batch, frames, bins)`."""
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class LogMel(FrontEnd):
    """Log-Mel spectrogram.

    Args:
        num_mel_bins: Number of Mel bands, and of the filters of the Tgram.
        version: Version: of the released `code` of Choi & Choi, or of the
            `paper`.

    >>> from pipelines.settings.config import Config
    >>> LogMel(num_mel_bins=64).arguments(Config())
    {'preset': 'code', 'num_mel_bins': 64}
    """

    version: Literal["code", "paper"] = setting(
        "code",
        search=Range(
            "The paper's log-Mel and that of its released code differ."
        ),
    )

    def arguments(self, config: "Config") -> dict[str, Any]:
        """Arguments of the default front-end of the embedders."""
        return {"preset": self.version, "num_mel_bins": self.num_mel_bins}
