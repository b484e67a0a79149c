"""A run and an export of this version, in one small file that tests open.

`python -m tests.stored_version` writes `tests/data/version_<version>.tar.xz`
with `run/`, `fan/1/` (an exported model) and `scores.json`: what both say of
`hum()`. It is made of made-up machines, holds no recording, and is never
written again for a version that was released.
"""

import json
import os
import pathlib
import shutil
import tarfile
import tempfile

import numpy as np

from keras_asd import __version__

DATA = pathlib.Path(__file__).parent / "data"
KEY = "fan/section_00"
RATE = 4_000
FLAGS = (
    f"--preset training_free --sampling_rate {RATE} --clip_seconds 0.5 "
    "--embedder.num_mel_bins 8 --embedder.embedding_dim 4"
).split()


def hum():
    """Half a second, in [-1, 1]."""
    time = np.arange(RATE // 2) / RATE
    slow, fast = (
        np.sin(2 * np.pi * 120 * time),
        np.sin(2 * np.pi * 1_370 * time),
    )
    return (0.2 * slow + 0.05 * fast * time).astype("float32")


def ask(model):
    """What a run or an export says of `hum()`."""
    from pipelines.scoring.clip_scorer import load_scorer

    scorer = load_scorer(str(model))
    outputs = scorer.score(hum()[None], [KEY], None)
    names = ("anomaly_score", "p_value", "decision")
    return {name: float(outputs[name][0]) for name in names}


def make(folder):
    """Trains and exports in a folder, where recordings were elsewhere."""
    from keras_asd.__main__ import main
    from pipelines.datasets.synthetic import SyntheticSettings
    from pipelines.datasets.synthetic import generate
    from pipelines.runs.run_folder import RunFolder
    from pipelines.runs.run_manifest import write_run_manifest

    settings = SyntheticSettings(
        ("fan",),
        num_ids=2,
        num_train=20,
        num_train_target=0,
        num_test_normal=0,
        num_test_anomaly=0,
        seconds=0.5,
    )
    recordings = folder / "recordings"
    generate(recordings, settings)
    run = RunFolder(folder / "run")
    words = ["train", str(recordings), "--run", str(run.path), *FLAGS]
    if main(words) != 0:
        raise SystemExit("the training failed")
    for path in (run.config, run.clips):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(str(folder), "/data"), encoding="utf-8")
    write_run_manifest(run)
    if main(["export", str(run.path), "--to", str(folder / "fan")]) != 0:
        raise SystemExit("the export failed")
    shutil.rmtree(recordings)
    found = {name: ask(folder / name) for name in ("run", "fan")}
    (folder / "scores.json").write_text(json.dumps(found, indent=2))


def without_owner(member):
    """Leaves out what depends on who packed it, and when."""
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    hidden = os.path.basename(member.name).startswith(".")
    return None if hidden else member


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        place = pathlib.Path(made).resolve()
        make(place)
        target = DATA / f"version_{__version__}.tar.xz"
        with tarfile.open(target, "w:xz", preset=9) as archive:
            for name in ("run", "fan", "scores.json"):
                archive.add(place / name, name, filter=without_owner)
        print(f"wrote {target}, {target.stat().st_size} bytes")
