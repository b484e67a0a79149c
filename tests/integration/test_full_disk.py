"""A full disk in the words of TensorFlow, and a rate out of range.

Every command is tried on full disks by `tests/hostile/test_weather.py`.
"""

import tensorflow as tf

from keras_asd.__main__ import main


def only_line(error):
    lines = [line for line in error.splitlines() if "keras-asd: error" in line]
    assert len(lines) == 1 and "Traceback" not in error and "Errno" not in error
    return lines[0]


def test_a_disk_that_fills_up_during_an_export_leaves_nothing(
    run, tmp_path, monkeypatch, capsys
):
    def fail(*_):
        raise tf.errors.ResourceExhaustedError(
            None, None, "variables.data; No space left on device"
        )

    monkeypatch.setattr(tf.saved_model, "save", fail)
    target = tmp_path / "models" / "fan"
    assert main(["export", str(run), "--to", str(target)]) == 2
    assert str(target) in only_line(capsys.readouterr().err)
    assert [path.name for path in target.iterdir()] == [".lock"]


def test_a_rate_out_of_range_is_refused(run, tmp_path, capsys):
    for rate in ("0", "1", "-1"):
        words = ["export", str(run), "--to", str(tmp_path / "models")]
        assert main([*words, f"--false_alarm_rate={rate}"]) == 2
        line = only_line(capsys.readouterr().err)
        assert "above 0 and below 1" in line
    assert not (tmp_path / "models").exists()
