"""Help pages of parsers that jsonargparse fills by itself, as of `train`."""

import dataclasses
from typing import Literal

import pytest
from jsonargparse import ArgumentParser

from pipelines.commands.help_formatter import HelpFormatter


@dataclasses.dataclass(frozen=True)
class Settings:
    """Settings of a song.

    Args:
        key: Key of the song.
        instrument: Instrument that leads all the others through the song.
        voices: Voices.
        choir: Choir of `women`, of `men`, of `schoolchildren`.
        is_loud: Whether it is loud.
        beats_a_minute: Tempo.
    """

    key: Literal["major", "minor"] = "minor"
    instrument: Literal["bassoon", "clarinet", "contrabassoon"] | None = None
    voices: tuple[str, ...] = ("alto", "bass")
    choir: Literal["women", "men", "schoolchildren"] = "men"
    is_loud: bool = False
    beats_a_minute: float = 90.0


def make_parser():
    parser = ArgumentParser(prog="sing", formatter_class=HelpFormatter)
    parser.add_class_arguments(Settings)
    return parser


def test_kinds_and_defaults_are_short():
    assert make_parser().format_help().endswith(PAGE)


@pytest.mark.parametrize("columns", [30, 60, 200])
def test_a_page_is_as_wide_as_the_terminal_up_to_80_columns(
    columns, monkeypatch
):
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = make_parser().format_help().splitlines()
    assert max(map(len, lines)) <= max(min(80, columns), 50)


def test_an_indented_list_stays_one():
    parser = make_parser()
    parser.epilog = "A list:\n\n  one    " + "many words " * 9 + "\n  two    2"
    lines = parser.format_help().splitlines()[-5:]
    assert lines[:2] == ["A list:", ""]
    assert lines[2].startswith("  one    many")
    assert lines[3].startswith("         ") and "many" in lines[3]
    assert lines[4] == "  two    2"


PAGE = """\
  --key {major,minor}     Key of the song (minor)
  --instrument INSTRUMENT  Instrument that leads all the others through the
                          song. One of bassoon, clarinet, contrabassoon
  --voices [ITEM,...]     Voices (alto, bass)
  --choir CHOIR           Choir of `women`, of `men`, of `schoolchildren` (men)
  --is_loud {true,false}  Whether it is loud (false)
  --beats_a_minute MINUTE  Tempo (90.0)
"""
