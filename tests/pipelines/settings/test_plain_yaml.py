import os

import pytest

from keras_asd.__main__ import main
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.settings.plain_yaml import MAX_BYTES
from pipelines.settings.plain_yaml import load_yaml
from pipelines.settings.plain_yaml import read_yaml
from pipelines.settings.reading import read_record

# Nine to the power of 19 texts, in 600 bytes.
BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 9)}]\n"
    for level in range(1, 11)
)


@pytest.mark.parametrize("text", [BOMB, f"loss: '{{{BOMB[4:30]}, b: *a0}}'"])
def test_aliases_are_refused_before_they_expand(text):
    with pytest.raises(ValueError, match=r"no aliases. Received: \*a0"):
        load_yaml(text)


@pytest.mark.parametrize(
    "text", ["[" * 9999, "a:\n" + " -" * 9999, "{a: " * 99]
)
def test_depth_has_a_limit(text):
    with pytest.raises(ValueError, match="at most 32 deep"):
        load_yaml(text)


@pytest.mark.parametrize(
    "text", ["a: [", "\ta", "a: " + "9" * 5000, "2020-99-99"]
)
def test_what_is_no_yaml_is_refused_in_one_line(text):
    with pytest.raises(ValueError) as caught:
        load_yaml(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["a: 1e-4", "[1, {b: c}]", "'*.wav'", "a & b", "2 * 3"]
)
def test_plain_yaml_is_read(text):
    assert load_yaml(text)


@pytest.mark.parametrize("kind", ["pipe", "folder", "large", "bytes"])
def test_only_plain_small_files_are_read(kind, tmp_path):
    path = tmp_path / "settings.yaml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"\xff" if kind == "bytes" else b"#" * (MAX_BYTES + 1))
    with pytest.raises(ValueError, match="A YAML file must .*settings.yaml"):
        read_yaml(path)


@pytest.mark.parametrize(
    "words",
    [
        ["train", "d", "--run", "r", "--config"],
        ["score", "m", "c.wav", "--config"],
        ["bench"],
    ],
    ids=lambda words: words[0],
)
def test_no_command_expands_a_bomb(words, tmp_path, capsys):
    path = tmp_path / "bomb.yaml"
    path.write_text(BOMB)
    try:
        code = main([*words, str(path)])
    except SystemExit as stop:
        code = stop.code
    assert code == 2
    assert "Received: *a0. Write it out." in capsys.readouterr().err


def test_no_flag_nor_run_expands_a_bomb(tmp_path, capsys):
    value = "{a: &a [x], b: [*a]}"
    with pytest.raises(SystemExit):
        main(["train", "d", "--run", "r", "--epochs", value])
    assert "no aliases" in capsys.readouterr().err
    with pytest.raises(ValueError):
        read_record("loss", f"ArcFace(margin={value})")
    run = RunFolder(tmp_path)
    run.config.write_text(BOMB)
    with pytest.raises(ValueError, match="no aliases.*train again"):
        read_config(run)
