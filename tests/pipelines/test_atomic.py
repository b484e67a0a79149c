import errno
import os
import pathlib
import subprocess
import sys
import threading

import filelock
import pytest

from pipelines.atomic import FolderLock
from pipelines.atomic import lock
from pipelines.atomic import replacing
from pipelines.atomic import write_text


def test_a_failed_writer_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "metrics.json"
    write_text(path, "old")
    with pytest.raises(RuntimeError, match="killed"):
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("killed")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_place_keeps_the_suffix_and_the_folder(tmp_path):
    with replacing(tmp_path / "deep" / "model.keras") as temporary:
        assert temporary.name == "model.keras"
        assert temporary.parent.parent == tmp_path / "deep"
        temporary.write_bytes(b"whole")
    assert (tmp_path / "deep" / "model.keras").read_bytes() == b"whole"


WRITER = """
import os, pathlib, sys
from pipelines.atomic import replacing
with replacing(sys.argv[1]) as temporary:
    temporary.write_text("half of the")
    print("half", flush=True)
    sys.stdin.read()
"""


def start_writer(path):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdout.readline() == b"half\n"
    return writer


def test_what_a_killed_writer_left_is_cleared_away(tmp_path):
    path = tmp_path / "model.keras"
    with start_writer(path) as writer:
        writer.kill()
    assert [one.name[:9] for one in tmp_path.iterdir()] == [".partial-"]
    with replacing(path) as temporary:
        temporary.write_text("second")
    assert path.read_text() == "second"
    assert list(tmp_path.iterdir()) == [path]


def test_two_writers_never_publish_each_others_half(tmp_path):
    path = tmp_path / "model.keras"
    with start_writer(path) as writer:
        write_text(path, "whole")
        assert path.read_text() == "whole"
        writer.communicate(b"")
        assert writer.wait() == 0
    assert path.read_text() == "half of the"
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_is_on_the_disk_before_its_name_and_then_that(
    tmp_path, monkeypatch
):
    done = []

    def fsync(descriptor):
        done.append(os.readlink(f"/proc/self/fd/{descriptor}"))

    def replace(source, target):
        done.append("replace")
        rename(source, target)

    rename = os.replace
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    with replacing(tmp_path / "1") as temporary:
        temporary.mkdir()
        (temporary / "saved_model.pb").write_text("graph")
    inner = [str(temporary / "saved_model.pb"), str(temporary)]
    assert done == [*inner, "replace", str(tmp_path)]


def test_a_folder_appears_whole(tmp_path):
    with replacing(tmp_path / "1") as temporary:
        temporary.mkdir()
        (temporary / "saved_model.pb").write_text("graph")
        assert not (tmp_path / "1").exists()
    assert (tmp_path / "1" / "saved_model.pb").read_text() == "graph"


def test_a_writer_that_wrote_nothing_is_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        with replacing(tmp_path / "metrics.json"):
            pass


def test_text_keeps_its_line_ends_and_names_their_bytes(tmp_path):
    name = os.fsdecode(b"caf\xe9.wav")
    write_text(tmp_path / "scores.csv", f"{name},0.5\nü.wav,1.0\n")
    assert pathlib.Path(tmp_path / "scores.csv").read_bytes() == (
        b"caf\xe9.wav,0.5\n\xc3\xbc.wav,1.0\n"
    )


def test_a_lock_names_its_holder_and_ends_when_that_is_killed(tmp_path):
    code = (
        "import pathlib, time\nfrom pipelines.atomic import FolderLock\n"
        f"held = FolderLock(pathlib.Path({str(tmp_path / '.lock')!r}))\n"
        "print('held', flush=True)\ntime.sleep(60)\n"
    )
    words = [sys.executable, "-c", code]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        for _ in range(2):
            with pytest.raises(ValueError, match="Wait for its end") as error:
                FolderLock(tmp_path / ".lock")
            assert f"{tmp_path}, which is held by process " in str(error.value)
            assert f"process {holder.pid} on " in str(error.value)
        holder.kill()
    FolderLock(tmp_path / ".lock").close()


def test_who_waits_for_a_lock_gets_it_next(tmp_path):
    def work():
        with FolderLock(tmp_path / ".lock", waits=True):
            order.append("waited")

    order = []
    with FolderLock(tmp_path / ".lock"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(timeout=0.2)
        order.append("held")
    thread.join()
    assert order == ["held", "waited"]


def test_a_locked_file_keeps_its_content(tmp_path):
    path = tmp_path / "scores.csv.partial"
    path.write_text("a.wav")
    with path.open("a+") as file, path.open("a+") as other:
        assert lock(file) and not lock(other)
        file.write(",0.5")
    assert path.read_text() == "a.wav,0.5"


def test_where_there_are_no_locks_a_warning_says_so(
    tmp_path, monkeypatch, caplog
):
    def refuse(descriptor, blocking):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(filelock, "lock_descriptor", refuse)
    FolderLock(tmp_path / ".lock").close()
    assert f"{tmp_path / '.lock'} cannot be locked (No locks" in caplog.text
