"""Wrong command lines of every command, as a file lists them.

A new command, or a new flag, joins by a line of `wrong_command_lines.txt`.
"""

import logging
import pathlib
import shlex

import pytest

from keras_asd.__main__ import COMMANDS
from keras_asd.__main__ import main

LIST = pathlib.Path(__file__).parents[1] / "data" / "wrong_command_lines.txt"
MAX_LINES = 3
LINES = [
    tuple(part.strip() for part in line.split("=>"))
    for line in LIST.read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


def test_every_command_has_its_wrong_lines():
    first_words = [line.partition(" ")[0] for line, _ in LINES]
    assert len(LINES) >= 100
    assert len(set(LINES)) == len(LINES)
    for command in COMMANDS:
        assert first_words.count(command) >= 3, command


@pytest.fixture
def places(tmp_path, monkeypatch, request):
    """What stands for the words in capitals of a line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FILE").write_text("- a text\n")

    def find(word):
        for name, fixture in {"DATA": "data", "RUN": "run"}.items():
            if word == name:
                return str(request.getfixturevalue(fixture))
        if word in ("MODEL", "SAVED"):
            version = request.getfixturevalue("version")
            return str(version.parents[word == "SAVED"])
        return word.replace("URL", "127.0.0.1:9")

    return find


@pytest.mark.parametrize(("line", "said"), LINES)
def test_a_wrong_line_is_told_with_the_way_out(
    line, said, places, capsys, caplog
):
    words = [places(word) for word in shlex.split(line)]
    capsys.readouterr()
    caplog.clear()
    caplog.set_level(logging.WARNING)
    try:
        code = main(words)
    except SystemExit as stop:
        code = stop.code
    output, errors = capsys.readouterr()
    assert code == 2
    assert said in errors
    assert output == "" and "Traceback" not in errors
    assert errors.count("\n") + len(caplog.records) <= MAX_LINES
    is_usage = errors.startswith("usage: keras-asd")
    assert is_usage or errors.startswith("keras-asd: ")
