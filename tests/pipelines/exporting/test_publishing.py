"""Versions that appear whole or not at all."""

import hashlib
import random
import signal
import subprocess
import sys
import threading
import time

import pytest

from pipelines.exporting.publishing import publish
from pipelines.exporting.publishing import versions

WRITER = """
import hashlib, pathlib, sys
from pipelines.exporting.publishing import publish

def write(version):
    body = b"".join(bytes([i % 251]) * 512 for i in range(20))
    (version / "part").mkdir()
    for i in range(5):
        (version / "part" / str(i)).write_bytes(body)
    digest = hashlib.sha256(body * 5).hexdigest()
    (version / "whole").write_text(digest)

print("ready", flush=True)
while True:
    publish(pathlib.Path(sys.argv[1]), write)
"""


def is_whole(version):
    parts = [(version / "part" / str(i)).read_bytes() for i in range(5)]
    digest = hashlib.sha256(b"".join(parts)).hexdigest()
    return (version / "whole").read_text() == digest


def test_a_killed_writer_leaves_no_half_version(tmp_path):
    folder = tmp_path / "fan"
    generator = random.Random(0)
    for _ in range(15):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, folder], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(generator.uniform(0.0, 0.1))
            writer.send_signal(signal.SIGKILL)
        found = versions(folder)
        assert all(is_whole(folder / str(number)) for number in found)
    assert found == list(range(1, len(found) + 1))
    assert len(found) > 1

    def write(version):
        (version / "saved_model.pb").touch()

    publish(folder, write)
    names = {path.name for path in folder.iterdir()}
    assert names == {".lock", *map(str, versions(folder))}


def test_what_writing_raises_leaves_nothing(tmp_path):
    def write(version):
        (version / "half").touch()
        raise ValueError("no score")

    with pytest.raises(ValueError, match="no score"):
        publish(tmp_path / "fan", write)
    assert [path.name for path in (tmp_path / "fan").iterdir()] == [".lock"]


def test_the_next_version_is_above_all_others(tmp_path):
    for name in ("2", "10", "notes", "7.old"):
        (tmp_path / name).mkdir()
    (tmp_path / "99").touch()
    version = publish(tmp_path, lambda version: None)
    assert version == tmp_path / "11"


def test_two_writers_wait_for_each_other(tmp_path):
    running = []
    most = []

    def write(version):
        running.append(1)
        most.append(len(running))
        time.sleep(0.05)
        (version / "file").touch()
        running.pop()

    threads = [
        threading.Thread(target=publish, args=(tmp_path, write))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert versions(tmp_path) == [1, 2, 3, 4]
