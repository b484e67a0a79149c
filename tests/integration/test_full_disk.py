"""Full disks: one line with the disk and what is missing, nothing half."""

import pytest
import tensorflow as tf

from keras_asd.__main__ import main


@pytest.fixture
def run_on_a_small_disk(disk_server, tmp_path):
    """Runs a command on a disk of so many bytes, at the folder `small`."""

    def run(num_bytes, *words):
        folder = tmp_path / "small"
        folder.mkdir()
        size = f"size={num_bytes}"
        disk_server.call("mount", "-o", size, "-t", "tmpfs", "tmpfs", folder)
        ended = disk_server.do(words, folder)
        disk_server.call("umount", "-l", folder)
        return ended, folder

    return run


def only_line(error):
    lines = [line for line in error.splitlines() if "keras-asd: error" in line]
    assert len(lines) == 1 and "Traceback" not in error and "Errno" not in error
    return lines[0]


def test_an_export_that_does_not_fit_is_refused_before_it_begins(
    run, run_on_a_small_disk
):
    words = ["export", run, "--to", "models"]
    ended, disk = run_on_a_small_disk(100_000, *words)
    assert ended.code == 2
    line = only_line(ended.text)
    assert "to come and" in line and "too few" in line
    assert str(disk) in line


@pytest.mark.slow
def test_a_score_table_that_does_not_fit_names_the_disk(
    run, data, run_on_a_small_disk
):
    words = ["score", run, data, "--out", "scores.csv"]
    ended, disk = run_on_a_small_disk(4_096, *words)
    assert ended.code == 2
    line = only_line(ended.text)
    assert f"(mounted at {disk})" in line and "needed" in line


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
