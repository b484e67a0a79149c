"""Damaged files of a run: refused in one line with the file and a way out."""

import json
import pathlib
import shutil
import zipfile

import numpy as np
import pytest

from keras_asd.__main__ import main
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_manifest import write_run_manifest

# Files whose damage the manifest shows, and its own.
KEPT = [path.name for path in RunFolder(pathlib.Path()).kept_files]
CLIP = "fan/test/normal_id_00_00000000.wav"


@pytest.fixture
def copied(run, tmp_path):
    return RunFolder(pathlib.Path(shutil.copytree(run, tmp_path / "run")))


@pytest.fixture
def refused(data, tmp_path, capsys):
    """Refusal of a command on a run, which must be one line."""

    def refuse(run, command):
        words = {
            "score": [str(data / CLIP)],
            "export": ["--to", str(tmp_path / "models" / "fan")],
            "evaluate": [str(data), "--scorer", "NearestNeighbors"],
        }
        capsys.readouterr()
        assert main([command, str(run.path), *words[command]]) == 2
        [line] = capsys.readouterr().err.splitlines()
        assert line.startswith("keras-asd: error: ")
        assert "Received: " in line and str(run.path) in line
        assert not list((tmp_path / "models").rglob("*.pb"))
        return line

    return refuse


def noise(content):
    return np.random.default_rng(0).bytes(len(content))


def half(content):
    return content[: len(content) // 2]


@pytest.mark.parametrize("damage", [noise, half])
def test_a_file_that_is_not_the_one_of_the_manifest(copied, refused, damage):
    for name in KEPT:
        path = copied.path / name
        content = path.read_bytes()
        path.write_bytes(damage(content))
        assert name in refused(copied, "score")
        path.write_bytes(content)


def with_config(change):
    """Damage of a `.keras` file by another configuration, with its checksum."""

    def damage(content):
        path = pathlib.Path("detector.keras")
        path.write_bytes(content)
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        config = json.loads(members["config.json"])
        change(config)
        members["config.json"] = json.dumps(config).encode()
        with zipfile.ZipFile(path, "w") as archive:
            for name, member in members.items():
                archive.writestr(name, member)
        return path.read_bytes()

    return damage


def no_config(config):
    config["config"] = None


def a_number_as_embedder(config):
    config["config"]["embedder"] = 7


def foreign_arrays(content):
    path = pathlib.Path("foreign.npz")
    np.savez(path, vectors=np.ones((2, 2), "float32"), other=np.ones(2))
    return path.read_bytes()


def wrong_shapes(content):
    path = pathlib.Path("wrong.npz")
    keys = np.array(["fan/id_00"])
    rows = np.zeros(1, int)
    vectors = np.ones(7, "float32")
    np.savez(path, vectors=vectors, keys=keys, is_target=rows > 0, clips=rows)
    return path.read_bytes()


def flipped(content):
    place = len(content) // 2
    return content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :]


@pytest.mark.parametrize(
    ("name", "damage", "command"),
    [
        ("calibration.json", lambda _: b"[]", "export"),
        ("calibration.json", lambda _: b'{"keys": {"fan": 3}}', "export"),
        ("calibration.json", half, "export"),
        ("clips.csv", noise, "export"),
        ("clips.csv", lambda _: b"a,b\n1,2\n", "export"),
        ("clips.csv", lambda content: content[:-30], "evaluate"),
        ("metrics.json", lambda _: b"[]", "export"),
        ("config.yaml", noise, "score"),
        ("config.yaml", lambda _: b"data: []\nepochs: x\n", "score"),
        ("detector.keras", noise, "score"),
        ("detector.keras", half, "export"),
        ("detector.keras", with_config(no_config), "score"),
        ("detector.keras", with_config(a_number_as_embedder), "export"),
        ("embeddings.npz", flipped, "evaluate"),
        ("embeddings.npz", half, "evaluate"),
        ("embeddings.npz", lambda _: b"", "evaluate"),
        ("embeddings.npz", foreign_arrays, "evaluate"),
        ("embeddings.npz", wrong_shapes, "evaluate"),
    ],
)
def test_a_file_that_cannot_be_read_though_the_manifest_has_it(
    copied, refused, tmp_path, monkeypatch, name, damage, command
):
    monkeypatch.chdir(tmp_path)
    path = copied.path / name
    path.write_bytes(damage(path.read_bytes()))
    write_run_manifest(copied)
    assert str(path) in refused(copied, command)


def test_training_on_refuses_what_it_cannot_read(copied, data, tiny, capsys):
    copied.manifest.unlink()
    copied.history.write_bytes(noise(copied.history.read_bytes()))
    words = ["train", str(data), "--run", str(copied.path), *tiny]
    assert main(words) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert str(copied.history) in line and "Traceback" not in line


@pytest.mark.parametrize("command", ["train", "evaluate", "calibrate"])
def test_a_run_is_written_by_one_at_a_time(copied, data, tiny, capsys, command):
    from pipelines.atomic import FolderLock

    words = {
        "train": ["train", str(data), "--run", str(copied.path), *tiny],
        "evaluate": ["evaluate", str(copied.path), str(data)],
        "calibrate": ["calibrate", str(copied.path), str(data)],
    }
    with FolderLock(copied.lock):
        assert main(words[command]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "worked in by one process at a time" in line
    assert "Wait for its end" in line
