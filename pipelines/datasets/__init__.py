"""Readers: from a folder of recordings to sorted `Clip` records."""

from pipelines.datasets.dcase_layout import parse_dcase_name
from pipelines.datasets.reading import read_clips

__all__ = ["parse_dcase_name", "read_clips"]
