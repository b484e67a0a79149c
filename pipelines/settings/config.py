"""Settings of a training run."""

import dataclasses
from typing import Literal

from pipelines.settings.embedders import Embedder
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.fields import NOT_NEGATIVE
from pipelines.settings.fields import POSITIVE
from pipelines.settings.fields import Range
from pipelines.settings.fields import Rule
from pipelines.settings.fields import at_least
from pipelines.settings.fields import check_fields
from pipelines.settings.fields import setting
from pipelines.settings.fields import within
from pipelines.settings.losses import Loss
from pipelines.settings.losses import NoisyArcMix
from pipelines.settings.pretraining import Pretraining
from pipelines.settings.rules import check_together
from pipelines.settings.scorers import CentreAngle
from pipelines.settings.scorers import Scorer


@dataclasses.dataclass(frozen=True)
class Config:
    """Settings of a training run; the defaults are the paper's system.

    Args:
        embedder: Network from waveforms to embeddings, or untrained statistics.
        loss: Loss that the network is trained with.
        scorer: Scorer from embeddings to anomaly scores.
        pretraining: Pre-training of the network; `null`: none.
        fusion: Preset without training whose scores are added.
        networks: Networks: `one` for all, or one for each `machine` or
            `section`.
        sampling_rate: Sampling rate in Hz; others are resampled.
        clip_seconds: Length of the input; 0: that of the recordings.
        recording_channel: Channel: `mean` over all, or the index of one.
        long_clips: Scoring of a longer clip: mean over its windows, or its
            beginning only (`crop`).
        short_clips: Filling of a shorter clip: repeated or padded.
        window_step_seconds: Largest step between windows in scoring; `null`:
            the length of a window.
        windows_per_clip: Number of windows of a longer clip in an epoch.
        decoder: Decoder: `auto`, `native` (tensorflow-io) or `libsndfile`.
        max_broken_share: Share of clips that may be left out as broken.
        sections: Folders that are sections: `auto` (no date, no shift), `one`
            section for all, or all `folders`.
        classes: Auxiliary classes: `machine`; machine and `section`; these
            and all `attributes`; or `one` for all.
        domain_classes: Whether source and target are two classes.
        one_class: Further classes if there is a single one: `transform` adds
            clips at other speeds, `contrast` the built-in machines, `refuse`
            stops.
        further_classes: Classes added to the data's own.
        calibration: P-values from normal scores: `empirical` with a smooth
            tail, or the `gamma` distribution of DCASE's baselines.
        false_alarm_rate: Requested share of normal clips that raise an alarm.
        minutes: Time for a network beside; 0: none.
        epochs: Number of passes over the training clips.
        batch_size: Number of clips in a step.
        learning_rate: Learning rate at the beginning.
        final_learning_rate: Share of the learning rate at a cosine's end.
        weight_decay: Weight decay of AdamW.
        holdout: Share of the training clips held out for validation.
        calibration_holdout: Clips held out for decisions: as many as the rate
            `needs`, if half or less; or `none`.
        keep: Weights to keep: of the epoch with the `best` hold-out loss, or of
            the `last`.
        mixed_precision: Whether to compute in half precision.
        seed: Seed of all random numbers.

    >>> Config(clip_seconds=4.0).samples
    64000
    """

    embedder: Embedder = MobileFaceNet()
    loss: Loss = NoisyArcMix()
    scorer: Scorer = setting(
        CentreAngle(),
        search=Range(
            "Which suits depends on the embeddings and the number of clips."
        ),
    )
    pretraining: Pretraining | None = None
    fusion: Literal["none", "training_free", "training_free_views"] = "none"
    networks: Literal["one", "machine", "section"] = "one"
    sampling_rate: int = setting(
        16_000, within(1_000, 192_000, "1000 to 192000 Hz, as recordings have")
    )
    clip_seconds: float = setting(
        10.0,
        Rule(
            lambda value: value == 0 or 0.01 <= value <= 600,
            "in [0.01, 600], or 0",
        ),
    )
    recording_channel: int | Literal["mean"] = setting(
        "mean",
        Rule(
            lambda value: value == "mean" or value >= 0,
            "`mean` or the index of a channel",
        ),
    )
    long_clips: Literal["window", "crop"] = "window"
    short_clips: Literal["tile", "pad"] = "tile"
    window_step_seconds: float | None = None
    windows_per_clip: int = setting(1, at_least(1))
    decoder: Literal["auto", "native", "libsndfile"] = "auto"
    max_broken_share: float = setting(0.5, within(0, 1))
    sections: Literal["auto", "one", "folders"] = "auto"
    classes: Literal["one", "machine", "section", "attributes"] = "section"
    domain_classes: bool = False
    one_class: Literal["transform", "contrast", "refuse"] = "transform"
    further_classes: Literal["none", "built_in"] = "none"
    calibration: Literal["empirical", "gamma"] = "empirical"
    false_alarm_rate: float = setting(
        0.05,
        Rule(lambda value: 0 < value < 1, "a share of normal clips, in (0, 1)"),
    )
    minutes: float = setting(0.0, NOT_NEGATIVE)
    epochs: int = setting(300, at_least(1))
    batch_size: int = setting(64, at_least(2))
    learning_rate: float = setting(
        1e-4,
        POSITIVE,
        Range(
            "The presets have 1e-4 to 3e-3; half a decade beyond on either "
            "side.",
            grid=(3e-4, 1e-3, 3e-3),
            low=3e-5,
            high=1e-2,
            sampling="log",
        ),
    )
    final_learning_rate: float = setting(
        0.1, within(0, 1, "a share, in [0, 1]")
    )
    weight_decay: float = setting(
        0.01,
        NOT_NEGATIVE,
        Range(
            "AdamW's usual 0.01 stands in the middle.",
            grid=(1e-3, 1e-2),
            low=1e-4,
            high=1e-1,
            sampling="log",
        ),
    )
    holdout: float = setting(
        0.05, Rule(lambda value: 0 <= value < 1, "in [0, 1)")
    )
    calibration_holdout: Literal["none", "needs"] = "none"
    keep: Literal["best", "last"] = "best"
    mixed_precision: bool = False
    seed: int = setting(
        2023, Rule(lambda value: 0 <= value < 2**31, "in [0, 2**31)")
    )

    def __post_init__(self):
        check_fields(self)
        check_together(self)

    @property
    def samples(self) -> int:
        """Length of the network's input, in samples."""
        return round(self.clip_seconds * self.sampling_rate)

    @property
    def window_step(self) -> int | None:
        """Step between windows in scoring, in samples."""
        seconds = self.window_step_seconds
        return None if seconds is None else round(seconds * self.sampling_rate)

    @property
    def is_trained(self) -> bool:
        """Whether the embedder is a network that is trained."""
        return self.embedder.is_trained

    @property
    def is_one_network(self) -> bool:
        """Whether there is a single network for all machines and sections."""
        return self.networks == "one"

    @property
    def keeps_best(self) -> bool:
        """Whether the weights of the best epoch are kept, not of the last."""
        return self.keep == "best"

    @property
    def is_fused(self) -> bool:
        """Whether scores of statistics are added to those of the network."""
        return self.fusion != "none"

    @property
    def needs_classes(self) -> bool:
        """Whether training needs two classes or more."""
        return self.loss.needs_classes

    @property
    def foreign_packages(self) -> tuple[str, ...]:
        """Packages of the custom classes, sorted.

        >>> from pipelines.settings.losses import CustomLoss
        >>> Config(loss=CustomLoss(path="mypackage.MyLoss")).foreign_packages
        ('mypackage',)
        """
        records = (self.embedder, self.loss, self.scorer)
        paths = (getattr(record, "path", "") for record in records)
        return tuple(sorted({path.split(".")[0] for path in paths if path}))

    def adds_built_in(self, is_alone: bool) -> bool:
        """Whether the built-in machines are added as classes.

        Args:
            is_alone: Whether the data have a single class.
        """
        return self.further_classes == "built_in" or (
            is_alone and self.one_class == "contrast"
        )

    @property
    def needs_projection(self) -> bool:
        """Whether the pre-training needs a projection in the network."""
        return (
            self.pretraining is not None and self.pretraining.needs_projection
        )
