import importlib
import pathlib
import subprocess
import sys

import pytest

from keras_asd.__main__ import COMMANDS
from keras_asd.__main__ import main
from pipelines import commands


@pytest.mark.parametrize(
    "words",
    [
        ["evaluate", "nowhere", "data", "--scorer", "all"],
        ["score", "nowhere", "clip.wav"],
        ["explain", "nowhere", "clip.wav"],
        ["embed", "nowhere", "data"],
        ["export", "nowhere", "--to", "saved_models"],
        ["official", "nowhere", "--ground_truth", "there", "--year", "2023"],
        ["study", "collapse", "--data", "nowhere"],
    ],
    ids=lambda words: words[0],
)
def test_what_is_not_there_is_named_in_one_line(
    words, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("keras-asd: error: ")
    assert "nowhere" in error or "there" in error
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["explain", "run"], "required: CLIP"),
        (["explain", "run", "a.wav", "--fill", "zeros"], "--fill"),
        (["embed", "run"], "required: DATA"),
        (["evaluate", "run", "data", "--space", "raw"], "--space"),
        (["train", "d", "--run", "r", "--loss.foo", "3"], "no setting 'foo'"),
        (["train", "d", "--run", "r", "--loss", "Foo"], "`loss` must be one"),
        (["official", "scores", "--year", "2023"], "required: --gr"),
        (["study", "magic"], "magic"),
        (["study", "noise", "--preset", "training_free"], "--preset"),
    ],
)
def test_a_wrong_word_is_told_with_the_usage(words, said, capsys):
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("usage: ")
    assert said in error


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["study", "noise", "--data", "data"], "Leave the data folders out"),
        (["study", "collapse", "--seeds", "0"], "num_seeds=0"),
        (["study", "collapse", "--epochs", "0"], "epochs=0"),
    ],
)
def test_a_study_that_cannot_be_is_refused(
    words, said, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_page_of_its_flags(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    page = capsys.readouterr().out
    assert f"keras-asd {command}" in page
    assert "--config" in page and "%%" not in page
    if command not in ("train", "tune"):
        assert max(map(len, page.splitlines())) <= 80
        assert "null" not in page and "type:" not in page


def test_the_first_line_of_a_command_is_all_that_the_list_says(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = capsys.readouterr().out
    assert max(map(len, listed.splitlines())) <= 80
    for name in COMMANDS:
        room = "tuning" if name == "tune" else "pipelines.commands"
        module = "commands" if name == "tune" else name.replace("-", "_")
        run = importlib.import_module(f"{room}.{module}").run
        first = run.__doc__.splitlines()[0]
        assert first.endswith(".") and first.count(".") == 1
        assert f"  {name:12}{first[:-1]}\n" in listed


def test_every_command_is_listed():
    folder = pathlib.Path(commands.__file__).parent
    found = {
        path.stem.replace("_", "-")
        for path in folder.glob("*.py")
        if "def run(" in path.read_text(encoding="utf-8")
    }
    assert found - {"--init--", "command"} == {*COMMANDS} - {"tune"}


def test_no_help_page_waits_for_a_framework():
    code = (
        "import sys\nfrom keras_asd.__main__ import COMMANDS, main\n"
        "for command in COMMANDS:\n"
        "    try:\n        main([command, '--help'])\n"
        "    except SystemExit as stop:\n        assert stop.code == 0\n"
        "print({'keras', 'tensorflow', 'matplotlib', 'sklearn', 'requests'}"
        " & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.endswith("\nset()\n")


def test_the_help_of_train_is_short_and_a_kind_has_its_own(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 100
    assert max(map(len, lines)) <= 80
    with pytest.raises(SystemExit):
        main(["train", "--loss.help", "ArcFace"])
    text = capsys.readouterr().out
    assert "--loss.margin" in text and "--loss.mix_alpha" not in text
