"""Presets: named settings, each a YAML file in `presets/`."""

import dataclasses
import functools
import importlib.resources
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import yaml

from pipelines.settings.config import Config
from pipelines.settings.reading import read_settings

_FOLDER = importlib.resources.files("pipelines.settings").joinpath("presets")


@dataclasses.dataclass(frozen=True)
class Preset:
    """A preset as read from its file.

    Args:
        name: Name of the preset and its file.
        system: Short description of the system.
        source: Paper and table, or who chose the values.
        base: Name of the preset that it changes; the defaults of `Config` if
            empty.
        settings: Settings that differ, in the form of `read_settings`.
    """

    name: str
    system: str
    source: str
    settings: Mapping[str, Any]
    base: str = ""


class _Presets(Mapping[str, Config]):
    """Settings of every preset, read from files on first use."""

    def __getitem__(self, name: str) -> Config:
        return _read_config(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_names())

    def __len__(self) -> int:
        return len(_names())


PRESETS: Mapping[str, Config] = _Presets()


def choose_preset(name: str) -> Config:
    """Settings of the preset with the given name.

    Raises:
        ValueError: If there is no such preset.

    >>> choose_preset("tastgram_mfn_arcface").loss
    ArcFace(margin=0.7, scale=30.0)
    """
    if name not in _names():
        raise ValueError(
            f"`preset` must be one of {', '.join(PRESETS)}. "
            f"Received: preset={name!r}."
        )
    return PRESETS[name]


def read_preset(name: str) -> Preset:
    """The preset with the given name, with its source.

    >>> read_preset("glow_aff").source
    "Dohi et al.; its sizes are ours, the paper's are not public"
    """
    text = _FOLDER.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return Preset(name, **yaml.safe_load(text))


@functools.cache
def _names() -> tuple[str, ...]:
    files = (path.name for path in _FOLDER.iterdir())
    return tuple(sorted(name[:-5] for name in files if name.endswith(".yaml")))


@functools.cache
def _read_config(name: str) -> Config:
    if name not in _names():
        raise KeyError(name)
    preset = read_preset(name)
    base = PRESETS[preset.base] if preset.base else None
    return read_settings(preset.settings, base)
