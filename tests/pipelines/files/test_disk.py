"""Full disks: named, with how much is missing."""

import errno
import os
import pathlib
import re

import pytest

from pipelines.atomic import replacing
from pipelines.atomic import write_text
from pipelines.files.disk import FullDisk
from pipelines.files.disk import check_space
from pipelines.files.disk import explaining_full_disk


def fail(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def said(error):
    message = str(error.value)
    assert "\n" not in message and "Errno" not in message
    return message


def test_a_full_disk_is_named_with_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(pathlib.Path, "write_bytes", fail)
    monkeypatch.setattr(
        "shutil.disk_usage", lambda _: type("D", (), {"free": 0})
    )
    with pytest.raises(FullDisk) as error:
        write_text(tmp_path / "table.md", 2_500 * "x")
    message = said(error)
    assert str(tmp_path / "table.md") in message
    assert re.search(r"0 bytes free \(mounted at /.*\); about 2.5 kB", message)
    assert not list(tmp_path.iterdir())


def test_an_old_file_stays_and_says_how_large_it_is(tmp_path, monkeypatch):
    path = tmp_path / "model.keras"
    path.write_bytes(bytes(5_000))
    monkeypatch.setattr(
        "shutil.disk_usage", lambda _: type("D", (), {"free": 9})
    )
    with pytest.raises(FullDisk, match="about 5.0 kB more are needed"):
        with replacing(path):
            fail()
    assert path.read_bytes() == bytes(5_000)


@pytest.mark.parametrize("kind", [RuntimeError, ValueError, KeyError])
def test_it_is_known_behind_other_errors_and_in_other_words(kind, tmp_path):
    with pytest.raises(FullDisk, match=r"more than [\d.]+ .* are needed"):
        with explaining_full_disk(tmp_path):
            raise kind("saving failed; No space left on device")
    with pytest.raises(FullDisk):
        with explaining_full_disk(tmp_path):
            try:
                fail()
            except OSError as error:
                raise kind("saving failed") from error


def test_other_errors_pass(tmp_path):
    with pytest.raises(ValueError, match="a rule"):
        with explaining_full_disk(tmp_path):
            raise ValueError("a rule")


def test_a_disk_of_too_little_space_says_how_much_is_missing(tmp_path):
    with pytest.raises(FullDisk, match="GB to come and .* GB too few"):
        check_space(tmp_path / "not" / "there", 1e18)
