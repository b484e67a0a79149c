"""What a signature and its docstring make of a command."""

import ast
from collections.abc import Sequence
from typing import Annotated
from typing import Literal

import pytest
import yaml

from pipelines.commands.command import OneOf
from pipelines.commands.command import UsageError
from pipelines.commands.command import command
from pipelines.commands.command import refuse_together


@command
def sing(
    song: str,
    singers: Sequence[str],
    *,
    to: str,
    key: Literal["major", "minor"] = "major",
    also: Sequence[Annotated[str, OneOf({"flute": "", "harp": ""})]] = (),
    tempo: float | None = None,
    start_bar: int | str = "first",
    loud: bool = False,
) -> int | None:
    """Sings a song.

    95 % of the singers keep the time.

    Args:
        song: Title: of the song.
        singers (NAME): Singers.
        to (FILE): Recording.
        key: Key of the song.
        also (INSTRUMENT): Instruments.
        tempo (BPM): Beats a minute.
        start_bar (BAR): Bar to begin with.
        loud: Sing loudly.
    """
    if loud and tempo is None:
        raise UsageError("--loud needs --tempo")
    print([song, [*singers], to, key, [*also], tempo, start_bar, loud])
    return 1 if song == "none" else None


def sung(capsys, *words):
    assert sing(words) == 0
    return ast.literal_eval(capsys.readouterr().out)


def refused(capsys, *words):
    with pytest.raises(SystemExit) as stop:
        sing(words)
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("usage: keras-asd test-command SONG NAME [NAME ")
    return error.partition("\nerror: ")[2]


def test_defaults_are_those_of_the_signature(capsys):
    expected = ["a", ["b"], "c", "major", [], None, "first", False]
    assert sung(capsys, "a", "b", "--to", "c") == expected


def test_flags_take_one_word_several_or_none(capsys):
    words = "a b c --to d --key minor --also harp flute --also harp"
    words += " --tempo 90 --start_bar 3 --loud"
    assert sung(capsys, *words.split()) == [
        "a",
        ["b", "c"],
        "d",
        "minor",
        ["harp", "flute", "harp"],
        90.0,
        3,
        True,
    ]


@pytest.mark.parametrize("word", ["true", "null", "7", "[a].wav", "a: b", "é"])
def test_a_text_is_not_read_as_yaml(word, capsys):
    assert sing([word, word, "--to", word]) == 0
    expected = str([word, [word], word, "major", [], None, "first", False])
    assert capsys.readouterr().out == f"{expected}\n"


def test_bytes_that_are_no_text_come_through():
    found = []

    @command
    def play(clips: Sequence[str]) -> None:
        """Plays.

        Args:
            clips: Recordings.
        """
        found.extend(clips)

    play(["caf\udce9.wav"])
    assert found == ["caf\udce9.wav"]


def test_dashes_within_a_flag_are_underscores(capsys):
    words = ["--to=--b-c", "--start-bar=4-5", "--", "a", "--d-e", "--config"]
    song = sung(capsys, *words)
    assert song[:3] + song[6:7] == ["a", ["--d-e", "--config"], "--b-c", "4-5"]


def test_a_file_holds_any_settings_and_flags_override_it(capsys, tmp_path):
    settings = {"song": "a", "singers": ["b"], "to": "c", "tempo": 60}
    file = tmp_path / "sing.yaml"
    file.write_text(
        yaml.safe_dump({**settings, "loud": True, "also": ["harp"]})
    )
    assert sung(capsys, "--config", str(file))[:3] == ["a", ["b"], "c"]
    expected = ["x", ["y"], "c", "major", ["harp", "flute"], 70.0, "first"]
    for config in (["--config", str(file)], [f"--config={file}"]):
        words = ["x", "y", "--tempo", "70", *config, "--also", "flute"]
        assert sung(capsys, *words)[:7] == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tempi: 3", "'tempi'"),
        ("tempo: fast", "--tempo must be a number. Received: fast"),
        ("key: blue", "--key: 'blue'"),
        ("singers: b", "[one, two]"),
        ("- 3", "must hold names and values. Received: "),
    ],
)
def test_a_mistake_in_a_file_is_named(text, said, tmp_path, capsys):
    file = tmp_path / "sing.yaml"
    file.write_text(text)
    assert said in refused(capsys, "a", "b", "--to", "c", "--config", str(file))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "required: SONG, NAME, --to"),
        ("a --to b", "required: NAME"),
        ("a b --to c --tempo fast", "--tempo must be a number. Received: fast"),
        ("a b --to c --key blue", "--key: invalid choice: 'blue'"),
        ("a b --to c --also drum", "--also: invalid choice: 'drum'"),
        ("a b --to c --loudly", "unrecognized arguments: --loudly"),
        ("a b --to c --loud", "--loud needs --tempo"),
    ],
)
def test_a_wrong_word_is_told_with_the_usage(words, said, capsys):
    assert said in refused(capsys, *words.split())


def test_the_exit_code_is_what_the_function_returns():
    assert sing(["none", "b", "--to", "c"]) == 1


def test_flags_that_exclude_each_other_are_named():
    refuse_together(rate=None, one_in=3, per_day=None)
    with pytest.raises(UsageError, match="together: --rate, --one_in$"):
        refuse_together(rate=0.0, one_in=3, per_day=None)


def test_a_parameter_must_be_documented():
    def hum(song: str) -> None:
        """Hums."""

    with pytest.raises(KeyError, match="song"):
        command(hum)(["a"])


def test_the_page_is_the_docstring(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    with pytest.raises(SystemExit) as stop:
        sing(["--help"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == PAGE


PAGE = """\
usage: keras-asd test-command SONG NAME [NAME ...] --to FILE [flags]

Sings a song.

95 % of the singers keep the time.

positional arguments:
  SONG                    Title: of the song
  NAME                    Singers

options:
  -h, --help              Show this page and exit
  --config FILE           YAML file with these settings; flags override it
  --print_config          Print all settings, in the form of --config, and exit
  --to FILE               Recording (required)
  --key {major,minor}     Key of the song (major)
  --also INSTRUMENT ...   Instruments. One of flute, harp
  --tempo BPM             Beats a minute
  --start_bar BAR         Bar to begin with (first)
  --loud                  Sing loudly
"""
