import json

import pytest

from pipelines.commands.options import parse_training
from pipelines.settings.presets import choose_preset

AUTO = choose_preset("auto")
PAPER = choose_preset("tastgram_mfn_noisy_arcmix")


def parse(tmp_path, *words):
    words = ["data", "--run", str(tmp_path / "run"), *words]
    return parse_training(words)[0]


def test_auto_is_the_default(tmp_path):
    assert parse(tmp_path) == AUTO
    assert parse(tmp_path, "--minutes", "0", "--seed", "7").minutes == 0


def test_a_setting_of_a_network_asks_for_the_published_one(tmp_path):
    config = parse(tmp_path, "--loss", "ArcFace", "--loss.margin", "0.5")
    assert config.embedder == PAPER.embedder
    assert parse(tmp_path, "--epochs=3").epochs == 3
    assert parse(tmp_path, "--embedder.width", "0.5").embedder.width == 0.5


def test_flags_and_the_file_stand_above_the_preset(tmp_path):
    file = tmp_path / "settings.yaml"
    file.write_text(json.dumps({"preset": "auto", "clip_seconds": 3.0}))
    config = parse(tmp_path, "--config", str(file), "--seed", "7")
    assert (config.clip_seconds, config.seed) == (3.0, 7)
    assert config.embedder == AUTO.embedder
    file.write_text(json.dumps({"epochs": 9}))
    config = parse(tmp_path, "--config", str(file))
    assert (config.epochs, config.embedder) == (9, PAPER.embedder)


def test_what_auto_chooses_itself_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        parse(tmp_path, "--preset", "auto", "--epochs", "3")
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert "`epochs` is chosen by the run itself" in error
    assert "--preset tastgram_mfn_noisy_arcmix" in error


def test_another_word_than_a_preset_s_name_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        parse(tmp_path, "--preset", "magic")
    assert "auto" in capsys.readouterr().err
