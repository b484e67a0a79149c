"""Mistakes of use: one clear line, exit code 2, nothing lost."""

import pytest
import yaml

from keras_asd.__main__ import main

pytestmark = pytest.mark.usefixtures("eager")


def run_main(words):
    try:
        return main(words)
    except SystemExit as exit:
        return exit.code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "COMMAND"),
        (["sing"], "sing"),
        (["train"], "--run"),
        (["train", "nowhere", "--run", "RUN"], "nowhere"),
        (["train", "DATA", "--run", "RUN", "--preset", "best"], "--preset"),
        (["train", "DATA", "--run", "RUN", "--epochz", "3"], "epochz"),
        (["train", "DATA", "--run", "RUN", "--epochs", "0"], "epochs"),
        (["train", "DATA", "--run", "RUN", "--embedder.gate", "wide"], "gate"),
        (["train", "DATA", "--run", "RUN", "--loss.margin", "40"], "radians"),
        (["evaluate", "nowhere", "DATA"], "keras-asd train"),
        (["score", "nowhere", "clip.wav"], "nowhere"),
        (["export", "nowhere", "--to", "RUN"], "nowhere"),
    ],
)
def test_a_mistake_is_told_in_one_line(words, said, data, tmp_path, capsys):
    places = {"DATA": str(data), "RUN": str(tmp_path / "run")}
    assert run_main([places.get(word, word) for word in words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_an_unknown_key_in_a_file_is_named(data, tmp_path, capsys):
    file = tmp_path / "config.yaml"
    file.write_text("epochs: 2\nlerning_rate: 0.1\n")
    words = ["train", str(data), "--run", str(tmp_path / "run")]
    assert run_main([*words, "--config", str(file)]) == 2
    assert "lerning_rate" in capsys.readouterr().err


def test_a_flag_stands_above_the_file_and_the_file_above_the_preset(
    tmp_path, capsys
):
    file = tmp_path / "config.yaml"
    file.write_text("preset: reduced\nepochs: 7\nloss: {scale: 20.0}\n")
    words = ["train", "--config", str(file), "--epochs", "9"]
    assert run_main([*words, "--print_config"]) == 0
    printed = yaml.safe_load(capsys.readouterr().out)
    assert printed["epochs"] == 9
    assert printed["loss"]["init_args"]["scale"] == 20.0
    assert printed["clip_seconds"] == 4.0


def test_a_run_goes_on_with_its_own_settings_only(run, data, tiny, capsys):
    words = ["train", str(data), "--run", str(run), *tiny, "--loss.scale", "20"]
    assert main(words) == 2
    assert "scale: 30.0 then, 20.0 now" in capsys.readouterr().err


def test_a_finished_run_is_left_as_it_is(run, data, tiny):
    before = (run / "detector.keras").stat().st_mtime_ns
    assert main(["train", str(data), "--run", str(run), *tiny]) == 0
    assert (run / "detector.keras").stat().st_mtime_ns == before


def test_a_machine_without_normal_recordings_is_named(
    tiny, write_hum, tmp_path, caplog
):
    for key, label, count in [
        ("bldc/id_01", "normal", 8),
        ("bldc/id_01", "abnormal", 3),
        ("bldc/id_03", "normal", 4),
        ("bldc/id_04", "abnormal", 2),
    ]:
        for index in range(count):
            write_hum(f"m/{key}/{label}/{index:08d}.wav")
    run = tmp_path / "run"
    data = str(tmp_path / "m")
    assert main(["train", data, "--run", str(run), *tiny]) == 0
    assert "bldc/id_04: no normal recording" in caplog.text
    assert main(["evaluate", str(run), data]) == 0
    assert "does not know bldc/id_04" in caplog.text


def test_what_failed_before_training_binds_to_nothing(
    tiny, write_hum, tmp_path
):
    for index in range(4):
        write_hum(f"one/pump/train/{index}.wav")
    words = ["train", str(tmp_path / "one"), "--run", str(tmp_path / "run")]
    words += tiny
    assert main([*words, "--one_class", "refuse"]) == 2
    assert main([*words, "--one_class", "transform"]) == 0


def test_a_clip_a_class_leaves_nothing_to_validate_on(
    tiny, write_hum, tmp_path, caplog
):
    for machine in ("fan", "pump", "valve"):
        write_hum(f"d/{machine}/train/0.wav")
    run = tmp_path / "run"
    words = ["train", str(tmp_path / "d"), "--run", str(run), *tiny]
    assert main([*words, "--keep", "best"]) == 0
    assert "the last weights" in caplog.text


def test_recordings_taken_away_do_not_train_on_silence(
    tiny, write_hum, tmp_path, capsys, monkeypatch
):
    for machine in ("fan", "pump"):
        for index in range(4):
            write_hum(f"d/{machine}/train/{index}.wav")
    monkeypatch.chdir(tmp_path)
    words = ["train", "d", "--run", "run", *tiny]
    assert main([*words, "--epochs", "1"]) == 0
    (tmp_path / "run" / "detector.keras").unlink()
    (tmp_path / "run" / "manifest.json").unlink()
    (tmp_path / "run" / "checkpoints" / "epoch_00001.keras").unlink()
    (tmp_path / "d").rename(tmp_path / "elsewhere")
    assert main([*words, "--epochs", "1"]) == 2
    assert "Bring the recordings back" in capsys.readouterr().err
    assert not (tmp_path / "run" / "detector.keras").exists()
    (tmp_path / "elsewhere").rename(tmp_path / "d")
    (tmp_path / "away").mkdir()
    monkeypatch.chdir(tmp_path / "away")
    words = ["train", "../d", "--run", "../run", *tiny]
    assert main([*words, "--epochs", "1"]) == 0


def test_a_damaged_configuration_is_told(run, data, tmp_path, capsys):
    (tmp_path / "config.yaml").write_text("- not ours\n")
    assert main(["evaluate", str(tmp_path), str(data)]) == 2
    assert "config.yaml" in capsys.readouterr().err
