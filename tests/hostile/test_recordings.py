"""Mutated recordings: each in the table once, and no valid one disturbed."""

import collections
import csv
import math
import os

import pytest

from pipelines.files.names import read_name
from tests.campaign import times
from tests.hostile.mutations import make_bases
from tests.hostile.mutations import mutate

NUM_RECORDINGS = times(240, full=10_080)
NUM_TOGETHER = times(240, full=1_008)
# A hundred times what they take.
LONGEST_SECONDS = 300


@pytest.fixture(scope="module")
def bases():
    return make_bases()


def write_valid(folder, bases):
    """Valid recordings, which lie among the others in the folder's order."""
    folder.mkdir(parents=True)
    paths = []
    for index, (suffix, content) in enumerate(bases):
        for name in ("a", "m", "z"):
            paths.append(folder / f"{name}_valid_{index}.{suffix}")
            paths[-1].write_bytes(content)
    return paths


def read_rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (os.path.basename(read_name(row["clip"])), row)
            for row in csv.DictReader(file)
        ]


def score(world, folder, model):
    """Rows of a table, and what is wrong with how the command ended."""
    out = folder.with_name(f"{folder.name}.csv")
    words = ["score", model, folder, "--machine", "fan/id_00", "--out", out]
    done = world.server.do(words, folder.parent, LONGEST_SECONDS)
    return read_rows(out) if out.exists() else [], done.find_fault(0)


def find_faults(names, rows, valid):
    counts = collections.Counter(name for name, _ in rows)
    for name in sorted({*names, *counts}):
        if counts[name] != 1:
            yield f"{name!r} is {counts[name]} times in the table"
    for name, row in rows:
        if name in valid and row != valid[name]:
            yield f"{name!r}: {row}, undisturbed {valid[name]}"
        score, problem = row["anomaly_score"], row["problem"]
        if not problem and not math.isfinite(float(score or "nan")):
            yield f"{name!r} has neither a score nor a problem"
        if row["valid"] != ("false" if problem else "true"):
            yield f"{name!r}: valid={row['valid']} with {problem=}"


@pytest.mark.slow
def test_mutated_recordings(world, bases, tmp_path, tally):
    folder = tmp_path / "fan" / "train"
    write_valid(folder, bases)
    rows, fault = score(world, folder, world.run)
    assert not fault
    valid = {name: row for name, row in rows}
    assert {row["problem"] for row in valid.values()} <= {"", "level"}
    faults = []
    for first in range(0, NUM_RECORDINGS, NUM_TOGETHER):
        for number in range(first, first + NUM_TOGETHER):
            name, content = mutate(number, bases)
            (folder / name).write_bytes(content)
        names = set(os.listdir(folder))
        rows, fault = score(world, folder, world.run)
        faults += [fault] if fault else find_faults(names, rows, valid)
        if first == 0:
            faults += train(world, folder, names)
        for name in names - set(valid):
            (folder / name).unlink()
    tally("mutated recordings", NUM_RECORDINGS, faults)


def train(world, folder, names):
    """What is wrong with the clip list of a training on such recordings."""
    words = f"train {folder.parent.parent} --run run --preset training_free"
    words += " --sampling_rate 4000 --clip_seconds 0.3 --max_broken_share 1"
    done = world.server.do(words.split(), folder.parent, LONGEST_SECONDS)
    if fault := done.find_fault(0):
        return [fault]
    path = folder.parent / "run" / "clips.csv"
    with path.open(encoding="utf-8", newline="") as file:
        listed = [read_name(row["path"]) for row in csv.DictReader(file)]
    counts = collections.Counter(map(os.path.basename, listed))
    return [
        f"{name!r} is {counts[name]} times in the clip list"
        for name in names
        if counts[name] != 1
    ]
