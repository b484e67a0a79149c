import logging

import pytest
import yaml

from pipelines.commands.options import parse_training
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import write_config
from pipelines.settings.presets import choose_preset
from pipelines.settings.regimes import REGIMES

FEW = REGIMES[0].preset
MANY = REGIMES[-1].preset


@pytest.fixture
def make_data(tmp_path):
    """A folder of recordings that nobody listens to."""

    def make(name, count):
        folder = tmp_path / name / "fan" / "train"
        folder.mkdir(parents=True)
        for i in range(count):
            (folder / f"normal_id_00_{i:08d}.wav").touch()
        return str(tmp_path / name)

    return make


def begin(run, config, data):
    """What a run writes before it trains."""
    write_config(run, config, [data])
    run.clips.touch()


def test_auto_takes_the_preset_of_the_regime_and_says_why(
    make_data, tmp_path, caplog
):
    caplog.set_level(logging.INFO)
    words = ["--preset", "auto", "--run", str(tmp_path / "run")]
    config, *_ = parse_training([make_data("few", 3), *words])
    assert config == choose_preset(FEW)
    assert f"takes {FEW}: 1 section, 3 normal clips" in caplog.text
    config, *_ = parse_training([make_data("many", REGIMES[0].below), *words])
    assert config == choose_preset(MANY)


def test_flags_and_the_file_stand_above_what_auto_takes(make_data, tmp_path):
    file = tmp_path / "settings.yaml"
    file.write_text(yaml.safe_dump({"preset": "auto", "clip_seconds": 3.0}))
    words = [make_data("few", 3), "--config", str(file)]
    words += ["--run", str(tmp_path / "run"), "--seed", "7"]
    config, *_ = parse_training(words)
    assert (config.clip_seconds, config.seed) == (3.0, 7)
    assert config.embedder == choose_preset(FEW).embedder


def test_a_begun_run_goes_on_with_what_auto_took_then(
    make_data, tmp_path, caplog
):
    caplog.set_level(logging.INFO)
    run = RunFolder(tmp_path / "run")
    data = make_data("few", 3)
    words = [data, "--preset", "auto", "--run", str(run.path), "--seed", "7"]
    begun, *_ = parse_training(words)
    begin(run, begun, data)
    folder = tmp_path / "few" / "fan" / "train"
    for i in range(3, REGIMES[0].below):
        (folder / f"normal_id_00_{i:08d}.wav").touch()
    again, *_ = parse_training(words)
    assert again == begun
    assert f"goes on with {FEW}" in caplog.text
    # Other flags are not what it began with: the run will say so.
    other, *_ = parse_training([*words[:-1], "8"])
    with pytest.raises(ValueError, match="configuration it began with"):
        write_config(run, other, [data])


def test_auto_needs_recordings_to_go_by(tmp_path):
    words = [str(tmp_path / "none"), "--preset", "auto"]
    with pytest.raises(FileNotFoundError, match="recordings"):
        parse_training([*words, "--run", str(tmp_path / "run")])


def test_another_word_than_a_preset_s_name_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        parse_training(["data", "--preset", "magic", "--run", str(tmp_path)])
    assert "auto" in capsys.readouterr().err
