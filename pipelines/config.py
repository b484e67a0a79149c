"""Everything that decides a training run, in one record."""

import dataclasses
import math
from typing import Literal

Channel = Literal["tgram", "log_mel", "attended"]


@dataclasses.dataclass(frozen=True)
class Config:
    """Settings of a training run; the defaults are the paper's system.

    Args:
        sampling_rate: Hz; other recordings are resampled.
        clip_seconds: What the network hears at once.
        recording_channel: `mean` over the channels, or the index of one.
        long_clips: A longer clip in scoring: `window` averages over windows
            that cover it, `crop` takes its beginning (as published).
            Training takes the beginning.
        short_clips: A shorter clip is repeated (`tile`) or filled with
            zeros (`pad`).
        decoder: `auto`, `native` (tensorflow-io) or `libsndfile`.
        max_broken_share: Share of clips that may be left out as broken.
        front_end: Log-Mel preset, `code` or `paper`.
        channels: What the image is stacked from, in order.
        gate: Temporal attention, `raw` as published or `standardized`.
        stages: MobileFaceNet's stage table.
        num_mel_bins: Mel bands, and filters of the Tgram.
        embedding_dim: Length of the embedding.
        width: Factor on the backbone's channels.
        loss: Loss of the auxiliary classification.
        margin: Angular margin, radians.
        scale: Radius of the hypersphere.
        mix_position: What mixup mixes; for losses with mixup.
        mix_alpha: Mix weights are drawn from Beta(alpha, alpha).
        mix_per: One weight for a `batch`, or for every `clip`.
        classes: Auxiliary classes: machine and `section`, or these and all
            `attributes`.
        one_class: Where there is a single class: `transform` adds clips at
            other speeds as classes, `contrast` adds the built-in machines,
            `refuse` stops.
        epochs: Passes over the training clips.
        batch_size: Clips in a step.
        learning_rate: Falls along a cosine, epoch by epoch, to a tenth.
        weight_decay: Of AdamW, on every weight.
        holdout: Share of the training clips kept out for validation.
        keep: Weights of the epoch with the `best` hold-out loss, or the
            `last`.
        mixed_precision: Whether the network computes in half precision.
        seed: Of everything drawn.

    >>> Config(clip_seconds=4.0).samples
    64000
    """

    sampling_rate: int = 16_000
    clip_seconds: float = 10.0
    recording_channel: int | Literal["mean"] = "mean"
    long_clips: Literal["window", "crop"] = "window"
    short_clips: Literal["tile", "pad"] = "tile"
    decoder: Literal["auto", "native", "libsndfile"] = "auto"
    max_broken_share: float = 0.5
    front_end: Literal["code", "paper"] = "code"
    channels: tuple[Channel, ...] = ("tgram", "log_mel", "attended")
    gate: Literal["raw", "standardized"] = "raw"
    stages: Literal["short", "original"] = "short"
    num_mel_bins: int = 128
    embedding_dim: int = 128
    width: float = 1.0
    loss: Literal["noisy_arcmix", "arcmix", "arcface"] = "noisy_arcmix"
    margin: float = 0.7
    scale: float = 30.0
    mix_position: Literal["waveform_and_log_mel", "features", "waveform"] = (
        "waveform_and_log_mel"
    )
    mix_alpha: float = 0.5
    mix_per: Literal["batch", "clip"] = "batch"
    classes: Literal["section", "attributes"] = "section"
    one_class: Literal["transform", "contrast", "refuse"] = "transform"
    epochs: int = 300
    batch_size: int = 64
    learning_rate: float = 1e-4
    weight_decay: float = 0.01
    holdout: float = 0.05
    keep: Literal["best", "last"] = "best"
    mixed_precision: bool = False
    seed: int = 2023

    def __post_init__(self):
        for name, is_right, rule in (
            ("sampling_rate", self.sampling_rate > 0, "positive, in Hz"),
            ("clip_seconds", 0 < self.clip_seconds <= 600, "in (0, 600]"),
            ("max_broken_share", 0 <= self.max_broken_share <= 1, "in [0, 1]"),
            ("channels", bool(self.channels), "at least one"),
            ("num_mel_bins", self.num_mel_bins >= 8, "at least 8"),
            ("embedding_dim", self.embedding_dim >= 2, "at least 2"),
            ("width", 0 < self.width <= 16, "in (0, 16]"),
            ("margin", 0 <= self.margin < math.pi / 2, "radians, below pi / 2"),
            ("scale", self.scale > 0, "positive"),
            (
                "recording_channel",
                self.recording_channel == "mean" or self.recording_channel >= 0,
                "`mean` or the index of a channel",
            ),
            ("epochs", self.epochs >= 1, "at least 1"),
            ("batch_size", self.batch_size >= 2, "at least 2"),
            ("learning_rate", self.learning_rate > 0, "positive"),
            ("weight_decay", self.weight_decay >= 0, "zero or positive"),
            ("mix_alpha", self.mix_alpha > 0, "positive"),
            ("holdout", 0 <= self.holdout < 1, "in [0, 1)"),
            ("seed", 0 <= self.seed < 2**31, "in [0, 2**31)"),
        ):
            if not is_right:
                raise ValueError(
                    f"`{name}` must be {rule}. "
                    f"Received: {name}={getattr(self, name)}."
                )
        if self.keep == "best" and not self.holdout:
            raise ValueError(
                "`keep='best'` needs clips held out. Received: holdout=0. "
                "Use `keep='last'`."
            )

    @property
    def samples(self) -> int:
        """Length of what the network hears, in samples."""
        return round(self.clip_seconds * self.sampling_rate)

    @property
    def has_mixup(self) -> bool:
        """Whether the loss is one over mixed clips."""
        return self.loss != "arcface"


_TASTGRAM = Config()
_STGRAM = dataclasses.replace(
    _TASTGRAM, channels=("tgram", "log_mel"), gate="raw"
)

# Choi & Choi (TASTgram-MFN; Tables 1 and 2) with the settings of their
# released code. `stgram_mfn_arcface` is Liu et al. (STgram-MFN; their
# published numbers): its own front-end, channel order and backbone, Adam
# without decay; the cosine is ours, theirs begins at epoch 20.
# `reduced` is the same system, small enough for a laptop's few minutes.
PRESETS = {
    "tastgram_mfn_noisy_arcmix": _TASTGRAM,
    "tastgram_mfn_arcmix": dataclasses.replace(_TASTGRAM, loss="arcmix"),
    "tastgram_mfn_arcface": dataclasses.replace(_TASTGRAM, loss="arcface"),
    "stgram_mfn_arcface": dataclasses.replace(
        _STGRAM,
        loss="arcface",
        front_end="paper",
        channels=("log_mel", "tgram"),
        stages="original",
        batch_size=128,
        weight_decay=0.0,
        seed=42,
    ),
    "stgram_mfn_noisy_arcmix": _STGRAM,
    "reduced": dataclasses.replace(
        _TASTGRAM,
        clip_seconds=4.0,
        num_mel_bins=64,
        width=0.5,
        gate="standardized",
        epochs=15,
        batch_size=32,
        learning_rate=1e-3,
        keep="last",
        seed=1,
    ),
}


def choose_preset(name: str) -> Config:
    """The preset of that name.

    Raises:
        ValueError: If there is none.

    >>> choose_preset("stgram_mfn_arcface").loss
    'arcface'
    """
    if name not in PRESETS:
        raise ValueError(
            f"`preset` must be one of {', '.join(PRESETS)}. "
            f"Received: preset={name!r}."
        )
    return PRESETS[name]
