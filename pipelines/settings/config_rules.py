"""What the settings of a training run must satisfy."""

import math
from typing import Any

from pipelines.settings.loss_facts import HEAD_SCORERS


def check_settings(config: Any) -> None:
    """Refuses settings that are out of range or do not go together.

    Args:
        config: A `Config`.

    Raises:
        ValueError: For the first rule that is broken.

    >>> from pipelines.settings.config import Config
    >>> check_settings(Config())
    """
    for name, is_right, rule in (
        ("sampling_rate", config.sampling_rate > 0, "positive, in Hz"),
        ("clip_seconds", 0 < config.clip_seconds <= 600, "in (0, 600]"),
        ("max_broken_share", 0 <= config.max_broken_share <= 1, "in [0, 1]"),
        ("channels", bool(config.channels), "at least one"),
        ("num_mel_bins", config.num_mel_bins >= 8, "at least 8"),
        ("embedding_dim", config.embedding_dim >= 2, "at least 2"),
        ("width", 0 < config.width <= 16, "in (0, 16]"),
        ("branches", bool(config.branches), "at least one"),
        (
            "frame_lengths",
            config.frame_lengths and min(config.frame_lengths) >= 16,
            "at least one, of 16 samples or more",
        ),
        ("kernel_l2", config.kernel_l2 >= 0, "zero or positive"),
        ("margin", 0 <= config.margin < math.pi / 2, "radians, below pi / 2"),
        ("scale", config.scale > 0, "positive"),
        ("num_subclusters", config.num_subclusters >= 1, "at least 1"),
        (
            "recording_channel",
            config.recording_channel == "mean" or config.recording_channel >= 0,
            "`mean` or the index of a channel",
        ),
        (
            "scorer",
            config.loss != "one_class_compactness"
            or config.scorer != "centre_angle",
            "another with a single class, which it cannot compare",
        ),
        (
            "false_alarm_rate",
            0 < config.false_alarm_rate < 1,
            "a share of normal clips, in (0, 1)",
        ),
        ("epochs", config.epochs >= 1, "at least 1"),
        ("batch_size", config.batch_size >= 2, "at least 2"),
        ("learning_rate", config.learning_rate > 0, "positive"),
        ("weight_decay", config.weight_decay >= 0, "zero or positive"),
        (
            "final_learning_rate",
            0 <= config.final_learning_rate <= 1,
            "a share, in [0, 1]",
        ),
        (
            "mix_position",
            config.embedder in ("mobile_facenet", "statistics")
            or config.mix_position == "waveform",
            "`waveform` with every network but MobileFaceNet",
        ),
        (
            "window_step_seconds",
            config.window_step_seconds is None
            or (
                config.window_step >= 1
                and config.window_step_seconds <= config.clip_seconds
            ),
            "a sample or more, and at most a window of `clip_seconds`",
        ),
        ("windows_per_clip", config.windows_per_clip >= 1, "at least 1"),
        ("units", min(config.units, default=0) >= 1, "positive numbers"),
        ("num_blocks", config.num_blocks >= 1, "at least 1"),
        ("num_steps", config.num_steps >= 1, "at least 1"),
        ("outlier_weight", config.outlier_weight >= 0, "zero or positive"),
        ("pretraining_epochs", config.pretraining_epochs >= 1, "at least 1"),
        (
            "pretraining_learning_rate",
            config.pretraining_learning_rate > 0,
            "positive",
        ),
        *_method_rules(config),
        ("mix_alpha", config.mix_alpha > 0, "positive"),
        ("mix_probability", 0 <= config.mix_probability <= 1, "in [0, 1]"),
        ("holdout", 0 <= config.holdout < 1, "in [0, 1)"),
        ("seed", 0 <= config.seed < 2**31, "in [0, 2**31)"),
    ):
        if not is_right:
            raise ValueError(
                f"`{name}` must be {rule}. "
                f"Received: {name}={getattr(config, name)}."
            )
    if config.keep == "best" and not config.holdout:
        raise ValueError(
            "`keep='best'` needs clips held out. Received: holdout=0. "
            "Use `keep='last'`."
        )


def _method_rules(config: Any) -> list[tuple[str, bool, str]]:
    """What of embedder, loss, scorer and training goes together."""
    own_losses = {
        "reconstruction": "own_class_error",
        "flow": "outlier_exposure",
    }
    needed = own_losses.get(config.embedder)
    reads_head = config.scorer in HEAD_SCORERS
    is_plain = config.networks == "one" and config.is_trained
    return [
        (
            "loss",
            not config.is_trained
            or config.loss == needed
            or (needed is None and config.loss not in own_losses.values()),
            f"{needed} with embedder={config.embedder}"
            if needed
            else "one that tells classes apart",
        ),
        (
            "scorer",
            not reads_head or HEAD_SCORERS[config.scorer] == config.head,
            f"one that suits loss={config.loss}, whose head gives a "
            f"{config.head} for each class",
        ),
        (
            "scorer",
            not config.scorer.startswith("selective")
            or config.embedder == "reconstruction",
            "another where embedder is not `reconstruction`",
        ),
        (
            "networks",
            config.is_trained or config.networks == "one",
            "`one` where nothing is trained",
        ),
        (
            "loss",
            config.loss != "supervised_contrastive"
            or config.pretraining == "contrastive",
            "another: contrastive training comes before, by `pretraining`",
        ),
        (
            "classes",
            config.embedder != "flow" or config.classes != "attributes",
            "`section` with a flow, which is of a whole section",
        ),
        (
            "domain_classes",
            config.embedder != "flow" or not config.domain_classes,
            "`false` with a flow, which is of a whole section",
        ),
        (
            "networks",
            config.embedder != "flow" or config.networks == "section",
            "`section`: a flow is of one section, its siblings are outliers",
        ),
        (
            "pretraining",
            config.pretraining == "none" or (is_plain and config.needs_classes),
            "`none`, but for one network that tells classes apart",
        ),
        (
            "pretraining",
            config.pretraining != "contrastive"
            or config.embedder == "mobile_facenet",
            "`none` or `built_in` where embedder is not `mobile_facenet`",
        ),
        (
            "further_classes",
            config.further_classes == "none"
            or (is_plain and config.needs_classes),
            "`none`, but for one network that tells classes apart",
        ),
        (
            "fusion",
            config.fusion == "none" or (is_plain and not reads_head),
            "`none`, but for one trained network whose scorer reads embeddings",
        ),
    ]
