"""Settings that every stage of an anytime run has."""

import dataclasses

from pipelines.settings.config import Config
from pipelines.settings.presets import choose_preset

# Settings that a user may set, and a network takes over.
FREE_SETTINGS = (
    "sampling_rate",
    "clip_seconds",
    "recording_channel",
    "long_clips",
    "short_clips",
    "window_step_seconds",
    "decoder",
    "max_broken_share",
    "sections",
    "calibration",
    "false_alarm_rate",
    "mixed_precision",
    "seed",
)


def check_anytime(config: Config, preset: str) -> None:
    """Checks that nothing is set that an anytime run chooses by itself.

    Args:
        config: Settings of the run.
        preset: Name of the preset that they began with.

    Raises:
        ValueError: For the first setting that would have no effect.

    >>> check_anytime(Config(epochs=3), "tastgram_mfn_noisy_arcmix")
    >>> auto = choose_preset("auto")
    >>> check_anytime(dataclasses.replace(auto, epochs=3), "auto")
    Traceback (most recent call last):
    ValueError: `epochs` is chosen by the run itself with the preset auto. ...
    """
    base = choose_preset(preset)
    if not base.minutes:
        return
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        is_free = field.name in (*FREE_SETTINGS, "minutes")
        if not is_free and value != getattr(base, field.name):
            raise ValueError(
                f"`{field.name}` is chosen by the run itself with the preset "
                f"{preset}. Received: {field.name}={value}. Name another "
                "preset, such as --preset tastgram_mfn_noisy_arcmix, to set it."
            )
