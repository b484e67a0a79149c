"""Consistency rules between the settings of a training run."""

from typing import TYPE_CHECKING

from pipelines.settings.labels import label

if TYPE_CHECKING:
    from pipelines.settings.config import Config


def check_together(config: "Config") -> None:
    """Checks that the settings are compatible with each other.

    Raises:
        ValueError: For the first rule that is broken.

    >>> from pipelines.settings.config import Config
    >>> check_together(Config())
    """
    for name, is_met, rule in (*_general(config), *_between_records(config)):
        if not is_met:
            value = getattr(config, name)
            raise ValueError(
                f"`{name}` must be {rule}. Received: {name}={label(value)}."
            )


def _general(config: "Config") -> list[tuple[str, bool, str]]:
    step = config.window_step
    return [
        (
            "window_step_seconds",
            step is None
            or (1 <= step and (step <= config.samples or not config.samples)),
            "a sample or more, and at most a window of `clip_seconds`",
        ),
        (
            "keep",
            not config.keeps_best or config.holdout > 0,
            "`last` where no clips are held out (holdout=0)",
        ),
    ]


def _between_records(config: "Config") -> list[tuple[str, bool, str]]:
    embedder, loss, scorer = config.embedder, config.loss, config.scorer
    is_one = config.is_one_network
    is_plain = is_one and embedder.is_trained
    is_section = embedder.is_of_one_section
    return [
        (
            "loss",
            loss.needs == embedder.gives,
            f"one that takes what embedder={label(embedder)} gives: "
            f"{embedder.gives}",
        ),
        (
            "loss",
            not loss.comes_before or config.needs_projection,
            "another: contrastive training comes before, by `pretraining`",
        ),
        (
            "loss",
            embedder.mixes_inside
            or loss.mixup is None
            or loss.mixup.mix_position == "waveform",
            f"mixed on the waveform with embedder={label(embedder)}: "
            "mix_position=waveform",
        ),
        (
            "scorer",
            not scorer.reads_head or scorer.reads == loss.head,
            f"one that suits loss={label(loss)}, whose head gives a "
            f"{loss.head} for each class",
        ),
        (
            "scorer",
            scorer.reads_head
            or scorer.reads in ("embedding", "views")
            or scorer.reads == embedder.gives,
            f"another with embedder={label(embedder)}, which gives no "
            f"{scorer.reads}",
        ),
        (
            "scorer",
            scorer.reads != "views" or embedder.has_views,
            f"another with embedder={label(embedder)}, which gives one view",
        ),
        (
            "scorer",
            scorer.reads != "cosine" or not loss.has_one_centre,
            "another with a single class, which it cannot compare",
        ),
        (
            "networks",
            is_one or embedder.is_trained,
            "`one` where nothing is trained",
        ),
        (
            "networks",
            not is_section or config.networks == "section",
            f"`section` with embedder={label(embedder)}: it is of one "
            "section, its siblings are outliers",
        ),
        (
            "classes",
            not is_section or config.classes != "attributes",
            f"`section` with embedder={label(embedder)}",
        ),
        (
            "domain_classes",
            not (is_section and config.domain_classes),
            f"`false` with embedder={label(embedder)}",
        ),
        (
            "pretraining",
            config.pretraining is None or (is_plain and config.needs_classes),
            "null, but for one network that tells classes apart",
        ),
        (
            "pretraining",
            not config.needs_projection or embedder.projection_dim > 0,
            f"another with embedder={label(embedder)}, which has no "
            "projection to train",
        ),
        (
            "further_classes",
            config.further_classes == "none"
            or (is_plain and config.needs_classes),
            "`none`, but for one network that tells classes apart",
        ),
        (
            "minutes",
            config.minutes == 0 or not embedder.is_trained,
            "0, but for a detector without training, to which they add a "
            "network",
        ),
        (
            "fusion",
            not config.is_fused or (is_plain and not scorer.reads_head),
            "`none`, but for one trained network whose scorer reads embeddings",
        ),
    ]
