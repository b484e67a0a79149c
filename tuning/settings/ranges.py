"""What can be searched over, from where to where, and why."""

import dataclasses
import typing
from collections.abc import Sequence
from typing import Literal

from pipelines.settings.config import Config
from pipelines.settings.loss_facts import HEAD_SCORERS
from pipelines.settings.loss_facts import LOSSES
from tuning.settings.values import Value


@dataclasses.dataclass(frozen=True)
class Range:
    """The range of one setting.

    Args:
        name: As in `Config`.
        kind: `float` and `int` have bounds, a `choice` has choices.
        reason: Why this range.
        grid: The values that a grid search takes, beside the base's own.
        low: Least value.
        high: Largest value.
        sampling: `log` where factors count, not differences.
        step: Between values; a factor where `sampling` is `log`.
        choices: All values, in order.

    >>> RANGES["scale"].sampling
    'log'
    """

    name: str
    kind: Literal["float", "int", "choice"]
    reason: str
    grid: tuple[Value, ...]
    low: float | None = None
    high: float | None = None
    sampling: Literal["linear", "log"] = "linear"
    step: int | None = None
    choices: tuple[str, ...] = ()


def _floats(name, low, high, sampling, grid, reason) -> Range:
    return Range(name, "float", reason, grid, low, high, sampling)


def _ints(name, low, high, sampling, step, grid, reason) -> Range:
    return Range(name, "int", reason, grid, low, high, sampling, step)


def _choices(name, reason, choices=None) -> Range:
    # What a setting may be says its annotation in `Config`.
    if choices is None:
        choices = typing.get_args(typing.get_type_hints(Config)[name])
    return Range(name, "choice", reason, choices, choices=choices)


RANGES = {
    one.name: one
    for one in (
        _floats(
            "margin", 0.0, 1.2, "linear", (0.5, 0.7, 0.9),
            "0 is a softmax without a margin, ArcFace has 0.5, Choi & Choi "
            "0.7; pi / 2 is where the loss refuses it.",
        ),
        _floats(
            "scale", 8.0, 128.0, "log", (15.0, 30.0, 60.0),
            "Choi & Choi have 30, ArcFace 64; below 8 even a perfect match is "
            "not certain among hundreds of classes.",
        ),
        _floats(
            "mix_alpha", 0.1, 2.0, "log", (0.2, 0.5, 1.0),
            "Choi & Choi have 0.5, at 1 every weight is as likely; at 0.1 "
            "clips hardly mix, at 2 most are mixed in halves.",
        ),
        _choices(
            "mix_position",
            "The released code, the paper, and the second paper mix at three "
            "different places.",
        ),
        _choices(
            "mix_per",
            "Choi & Choi draw a weight for the batch, Wilkinghoff & Kurth for "
            "every clip.",
        ),
        _floats(
            "mix_probability", 0.25, 1.0, "linear", (0.5, 1.0),
            "Both papers mix every clip, ASDKit's recipe every other one.",
        ),
        _choices(
            "gate",
            "As published, or with every frame's standing among the others.",
        ),
        _floats(
            "learning_rate", 3e-5, 1e-2, "log", (3e-4, 1e-3, 3e-3),
            "The presets have 1e-4 to 3e-3; half a decade beyond on either "
            "side.",
        ),
        _floats(
            "weight_decay", 1e-4, 1e-1, "log", (1e-3, 1e-2),
            "AdamW's usual 0.01 stands in the middle.",
        ),
        _ints(
            "num_subclusters", 1, 32, "log", 2, (4, 16),
            "One centre a class is AdaCos, Wilkinghoff & Kurth have 16.",
        ),
        _choices(
            "adaptive_scale",
            "Papers differ in whether AdaCos's scale follows the training.",
        ),
        _ints(
            "num_mel_bins", 32, 256, "log", 2, (64, 128),
            "Choi & Choi have 128 bands; fewer are faster, and blur lines "
            "together.",
        ),
        _choices(
            "front_end",
            "The paper's log-Mel and that of its released code differ.",
        ),
        _choices(
            "frame_lengths",
            "Short frames show clicks, long ones lines; the strongest "
            "published variant has three at once.",
            ("512", "1024", "2048", "256+1024+4096"),
        ),
        _ints(
            "embedding_dim", 32, 256, "log", 2, (64, 128),
            "Presets have 32 to 256.",
        ),
        _choices(
            "scorer",
            "Which suits depends on the embeddings and the number of clips.",
        ),
        _choices(
            "space",
            "Distances depend on how the dimensions are weighed.",
        ),
        _choices(
            "level",
            "A fault can be louder; so can a closer microphone.",
        ),
    )
}  # fmt: skip

# Searched over where nothing is said, as far as they have an effect.
OF_INTEREST = {
    True: (
        "margin",
        "scale",
        "num_subclusters",
        "adaptive_scale",
        "mix_alpha",
    ),
    False: ("scorer", "space", "num_mel_bins", "level"),
}


def default_parameters(config: Config) -> tuple[str, ...]:
    """What to search over where nothing is said.

    >>> default_parameters(Config())
    ('margin', 'scale', 'mix_alpha')
    """
    names = OF_INTEREST[config.is_trained]
    found = tuple(name for name in names if has_effect(name, config, names))
    return found or ("learning_rate", "weight_decay")


def check_parameters(names: Sequence[str], config: Config) -> None:
    """Refuses what cannot be searched over with these settings.

    Raises:
        ValueError: For a name that is unknown, given twice, or without an
            effect.

    >>> check_parameters(["margin"], Config(loss="adacos"))
    Traceback (most recent call last):
    ValueError: `parameters` must be settings with an effect. Received: ...
    """
    for place, name in enumerate(names):
        if name not in RANGES:
            fault = "which is not one of those with a range"
        elif name in names[:place]:
            fault = "twice"
        elif not has_effect(name, config, names):
            fault = (
                f"which has none with embedder={config.embedder!r}, "
                f"loss={config.loss!r}, scorer={config.scorer!r}"
            )
        else:
            continue
        known = [one for one in RANGES if has_effect(one, config, names)]
        raise ValueError(
            "`parameters` must be settings with an effect. Received: "
            f"{name}, {fault}. Choose among {', '.join(known)}."
        )


def has_effect(name: str, config: Config, names: Sequence[str] = ()) -> bool:
    """Whether a setting changes anything.

    Args:
        name: Of the setting, in `RANGES`.
        config: The others.
        names: Of settings that are searched over with it.

    >>> has_effect("space", Config()), has_effect("space", Config(), ["scorer"])
    (False, True)
    """
    is_trained = config.is_trained
    is_image = config.embedder == "mobile_facenet"
    has_margin = is_trained and LOSSES[config.loss].has_margin
    can_mix = is_trained and config.targets != "one_hot"
    has_mixup = can_mix and (config.has_mixup or "mix_probability" in names)
    return {
        "margin": has_margin,
        # The angle's score is made from it, whatever the loss.
        "scale": has_margin or config.scorer.startswith("centre_angle"),
        "mix_alpha": has_mixup,
        "mix_position": has_mixup and is_image,
        "mix_per": has_mixup,
        "mix_probability": can_mix,
        "gate": is_image and "attended" in config.channels,
        "learning_rate": is_trained,
        "weight_decay": is_trained,
        "num_subclusters": is_trained and config.loss == "subcluster_adacos",
        "adaptive_scale": is_trained
        and config.loss
        in ("adacos", "subcluster_adacos", "compactness_cross_entropy"),
        "num_mel_bins": config.embedder != "dual_branch",
        "front_end": is_image,
        "frame_lengths": config.embedder == "dual_branch"
        and "spectrogram" in config.branches,
        "embedding_dim": is_image
        or config.embedder in ("dual_branch", "statistics"),
        "scorer": True,
        "space": config.scorer not in HEAD_SCORERS or "scorer" in names,
        "level": not is_trained,
    }[name]
