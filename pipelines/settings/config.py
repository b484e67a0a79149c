"""Everything that decides a training run, in one record."""

import dataclasses
from typing import Literal

from pipelines.settings.config_rules import check_settings
from pipelines.settings.loss_facts import LOSSES

Channel = Literal["tgram", "log_mel", "attended"]
Branch = Literal["spectrum", "spectrogram"]


@dataclasses.dataclass(frozen=True)
class Config:
    """Settings of a training run; the defaults are the paper's system.

    Args:
        sampling_rate: Hz; other recordings are resampled.
        clip_seconds: What the network hears at once.
        recording_channel: `mean` over the channels, or the index of one.
        long_clips: A longer clip in scoring: `window` averages over windows
            that cover it, `crop` takes its beginning (as published).
        window_step_seconds: Of windows in scoring, at most; `None`: as a
            window is long.
        windows_per_clip: In an epoch, evenly spaced over a longer clip; one
            is its beginning.
        short_clips: A shorter clip is repeated (`tile`) or filled with
            zeros (`pad`).
        decoder: `auto`, `native` (tensorflow-io) or `libsndfile`.
        max_broken_share: Share of clips that may be left out as broken.
        embedder: Network: `mobile_facenet` (TASTgram, STgram), `dual_branch`,
            `mobilenet`, `reconstruction` (autoencoder, IDNN), `flow`
            (Glow-Aff), or `statistics`, which needs no training.
        networks: `one` for all, or one for each `machine` or `section`.
        front_end: Log-Mel preset, `code` or `paper`.
        channels: What MobileFaceNet's image is stacked from, in order.
        gate: Temporal attention, `raw` as published or `standardized`.
        stages: MobileFaceNet's stage table.
        num_mel_bins: Mel bands, and filters of the Tgram.
        embedding_dim: Length of the embedding; of the dual branch, of each
            branch's part of it; of `statistics`, at most.
        width: Factor on the network's channels.
        branches: Of the dual branch.
        spectrogram: Of the dual branch: magnitudes, `linear` as in the
            released code, or `log_mel` as in the paper's summary.
        frame_lengths: Of the dual branch: a spectrogram branch for each.
        has_bias: Of the dual branch: biases in its layers.
        is_affine: Of the dual branch: scale and shift of normalisations.
        kernel_l2: Of the dual branch: weight of squared kernels in the loss.
        level: Of `statistics`: the clip's level is `kept` or `removed`.
        predicts: Of `reconstruction`: `all` frames, or the `middle` one.
        units: Of `reconstruction`: sizes of the hidden layers.
        has_norm: Of `reconstruction`: normalisation of the hidden layers.
        num_blocks: Of `flow`, as the next.
        num_steps: In a block.
        outlier_weight: Of `outlier_exposure`, for its siblings' clips.
        loss: Loss of the auxiliary classification.
        margin: Angular margin, radians; for ArcFace, ArcMix, Noisy-ArcMix.
        scale: Radius of the hypersphere; for the same.
        adaptive_scale: Of AdaCos, and beside compactness: `fixed`,
            `adaptive`, or the `reference`'s own rule.
        num_subclusters: Centres of a class; for sub-cluster AdaCos.
        centres: Centres of AdaCos and of compactness: `fixed` or `trained`.
        mix_position: What mixup mixes; for losses with mixup.
        mix_alpha: Mix weights are drawn from Beta(alpha, alpha).
        mix_per: One weight for a `batch`, or for every `clip`.
        mix_probability: Share of the clips that are mixed.
        classes: Auxiliary classes: `machine`; machine and `section`; these
            and all `attributes`; or `one` for all.
        domain_classes: Whether source and target are classes of their own.
        one_class: Where there is a single class: `transform` adds clips at
            other speeds as classes, `contrast` adds the built-in machines,
            `refuse` stops.
        further_classes: The `built_in` machines as classes beside one's own.
        pretraining: What comes before: `contrastive` training on the same
            clips (CLP-SCF), or the same training on the `built_in` machines.
        pretraining_epochs: Passes over its clips.
        pretraining_learning_rate: All along.
        scorer: What turns embeddings into anomaly scores.
        space: Where the scorer measures: in the one it has of its `own`,
            on the `sphere`, with every dimension `standardized`, `whitened`,
            or `raw`.
        fusion: Whether `training_free` scores are added to the network's.
        calibration: P-values from normal scores: `empirical` with a smooth
            tail, or the `gamma` distribution of DCASE's baselines.
        false_alarm_rate: Wished share of normal clips that raise an alarm.
        epochs: Passes over the training clips.
        batch_size: Clips in a step.
        learning_rate: At the beginning.
        final_learning_rate: Share of it at the end; it falls along a cosine,
            epoch by epoch.
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
    window_step_seconds: float | None = None
    windows_per_clip: int = 1
    decoder: Literal["auto", "native", "libsndfile"] = "auto"
    max_broken_share: float = 0.5
    embedder: Literal[
        "mobile_facenet",
        "dual_branch",
        "mobilenet",
        "reconstruction",
        "flow",
        "statistics",
    ] = "mobile_facenet"
    networks: Literal["one", "machine", "section"] = "one"
    front_end: Literal["code", "paper"] = "code"
    channels: tuple[Channel, ...] = ("tgram", "log_mel", "attended")
    gate: Literal["raw", "standardized"] = "raw"
    stages: Literal["short", "original"] = "short"
    num_mel_bins: int = 128
    embedding_dim: int = 128
    width: float = 1.0
    branches: tuple[Branch, ...] = ("spectrum", "spectrogram")
    spectrogram: Literal["linear", "log_mel"] = "linear"
    frame_lengths: tuple[int, ...] = (1024,)
    has_bias: bool = False
    is_affine: bool = True
    kernel_l2: float = 1e-5
    level: Literal["kept", "removed"] = "removed"
    predicts: Literal["all", "middle"] = "all"
    units: tuple[int, ...] = (128, 128, 128, 128, 8, 128, 128, 128, 128)
    has_norm: bool = True
    num_blocks: int = 3
    num_steps: int = 12
    outlier_weight: float = 1.0
    loss: Literal[
        "noisy_arcmix",
        "arcmix",
        "arcface",
        "adacos",
        "subcluster_adacos",
        "intra_class_compactness",
        "compactness_cross_entropy",
        "one_class_compactness",
        "cross_entropy",
        "own_class_error",
        "outlier_exposure",
        "supervised_contrastive",
    ] = "noisy_arcmix"
    margin: float = 0.7
    scale: float = 30.0
    adaptive_scale: Literal["fixed", "adaptive", "reference"] = "fixed"
    num_subclusters: int = 16
    centres: Literal["fixed", "trained"] = "fixed"
    mix_position: Literal["waveform_and_log_mel", "features", "waveform"] = (
        "waveform_and_log_mel"
    )
    mix_alpha: float = 0.5
    mix_per: Literal["batch", "clip"] = "batch"
    mix_probability: float = 1.0
    classes: Literal["one", "machine", "section", "attributes"] = "section"
    domain_classes: bool = False
    one_class: Literal["transform", "contrast", "refuse"] = "transform"
    further_classes: Literal["none", "built_in"] = "none"
    pretraining: Literal["none", "contrastive", "built_in"] = "none"
    pretraining_epochs: int = 100
    pretraining_learning_rate: float = 5e-4
    scorer: Literal[
        "centre_angle",
        "centroids",
        "nearest_neighbors",
        "gaussian_mixture",
        "mahalanobis",
        "mahalanobis_of_domains",
        "local_density",
        "minimum_over_domains",
        "centre_angle_published",
        "log_odds",
        "log_odds_literal",
        "error",
        "selective_mahalanobis",
        "selective_mahalanobis_published",
    ] = "centre_angle"
    space: Literal["own", "sphere", "standardized", "whitened", "raw"] = "own"
    fusion: Literal["none", "training_free"] = "none"
    calibration: Literal["empirical", "gamma"] = "empirical"
    false_alarm_rate: float = 0.05
    epochs: int = 300
    batch_size: int = 64
    learning_rate: float = 1e-4
    final_learning_rate: float = 0.1
    weight_decay: float = 0.01
    holdout: float = 0.05
    keep: Literal["best", "last"] = "best"
    mixed_precision: bool = False
    seed: int = 2023

    def __post_init__(self):
        check_settings(self)

    @property
    def samples(self) -> int:
        """Length of what the network hears, in samples."""
        return round(self.clip_seconds * self.sampling_rate)

    @property
    def targets(self) -> str:
        """Targets of the loss.

        `one_hot`, `(batch, classes)`, without mixing; `soft`, the same
        shape, mixed; `rows`, `(batch, 2, classes)`, both parts of the mix.
        """
        return LOSSES[self.loss].targets

    @property
    def head(self) -> str:
        """What the head gives: `cosine`, `logit` or `error`."""
        return LOSSES[self.loss].head if self.is_trained else "cosine"

    @property
    def window_step(self) -> int | None:
        """Of windows in scoring, in samples."""
        seconds = self.window_step_seconds
        return None if seconds is None else round(seconds * self.sampling_rate)

    @property
    def has_mixup(self) -> bool:
        """Whether clips are mixed in training."""
        return self.targets != "one_hot" and self.mix_probability > 0

    @property
    def is_trained(self) -> bool:
        """Whether the embedder is a network that trains."""
        return self.embedder != "statistics"

    @property
    def needs_classes(self) -> bool:
        """Whether training must have two classes or more to tell apart."""
        return self.is_trained and LOSSES[self.loss].needs_classes
