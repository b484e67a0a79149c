import pytest

from keras_asd.__main__ import COMMANDS
from keras_asd.__main__ import main


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
        (["evaluate", "run", "data", "--space", "cube"], "--space"),
        (["evaluate", "run", "data", "--space", "raw"], "give --scorer"),
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
def test_every_command_tells_its_flags(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert f"keras-asd {command}" in capsys.readouterr().out
