"""Tampered runs and exports: refused in a line, or scored as before."""

import pathlib
import shutil

import numpy as np
import pytest

from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_manifest import write_run_manifest
from tests.campaign import times
from tests.hostile.tampering import CANARY
from tests.hostile.tampering import tamper

NUM_TAMPERED = times(8, full=210)
SECONDS = 120


class Tampering:
    """A folder of one kind: its files, and the commands that read them."""

    def __init__(self, made, names, commands, sign=None):
        self.made = made
        self.names = names
        self.commands = commands
        self.sign = sign


@pytest.fixture(scope="module")
def kinds(world):
    run = RunFolder(world.run)
    names = [path.name for path in run.kept_files]
    version = world.models / "fan"
    files = [path for path in sorted(version.rglob("*")) if path.is_file()]
    exported = [
        str(path.relative_to(version)) for path in files if path.name != ".lock"
    ]
    score = "score {model} {clip} --out scores.csv"
    readers = (
        score,
        "export {model} --to fan",
        "evaluate {model} {data} --scorer NearestNeighbors",
        "thresholds {model}",
    )

    def sign(folder):
        write_run_manifest(RunFolder(folder))

    return {
        "a run": Tampering(run.path, [*names, "manifest.json"], (score,)),
        "an export": Tampering(version, exported, (score,)),
        "a run with a manifest made anew": Tampering(
            run.path, names, readers, sign
        ),
    }


def find_faults(world, kind, number, folder, expected):
    generator = np.random.default_rng(number)
    model = pathlib.Path(shutil.copytree(kind.made, folder / "model"))
    name = kind.names[number % len(kind.names)]
    what = tamper(model / name, generator)
    if kind.sign:
        kind.sign(model)
    data = world.folder / "data"
    words = kind.commands[generator.integers(len(kind.commands))].format(
        model=model, data=data, clip=data / "fan/test"
    )
    done = world.server.do(words.split(), folder, SECONDS)
    faults = [done.find_fault(0, 2)]
    scores = folder / "scores.csv"
    if done.code == 0 and not kind.sign:
        if scores.read_bytes() != expected.read_bytes():
            faults.append("scored otherwise")
    if done.code == 2 and (scores.exists() or (folder / "fan/1").exists()):
        faults.append("refused, and written")
    if pathlib.Path(CANARY).exists() or list(folder.rglob("escaped.txt")):
        faults.append("CODE WAS RUN, or a file left its folder")
        pathlib.Path(CANARY).unlink(missing_ok=True)
    shutil.rmtree(model)
    said = f"{name} by {what}, {words.split()[0]}"
    return [f"{number}: {said}: {fault}" for fault in faults if fault]


@pytest.mark.slow
def test_tampered_files(world, kinds, tmp_path, tally):
    faults = []
    num_tried = 0
    for title, kind in kinds.items():
        expected = tmp_path / f"{title}.csv"
        words = ["score", kind.made, world.folder / "data/fan/test"]
        done = world.server.do([*words, "--out", expected], tmp_path)
        assert done.code == 0, done.text
        for number in range(NUM_TAMPERED // len(kinds)):
            folder = tmp_path / f"{title} {number}".replace(" ", "_")
            folder.mkdir()
            found = find_faults(world, kind, number, folder, expected)
            faults += [f"{title}: {fault}" for fault in found]
            num_tried += 1
    tally("tampered files", num_tried, faults)
