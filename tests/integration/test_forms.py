"""One artefact, one number: the same scores from every form of a model.

Every kind of form runs in a process of its own; all but Keras cannot import
Keras or this package there. Set `KERAS_ASD_RUN` to the folder of a finished
run to compare on its test clips, and see the table with `pytest -s`.
"""

import contextlib
import importlib.util
import io
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from keras_asd.__main__ import main
from keras_asd.metrics import roc_auc
from pipelines.audio.libsndfile import decode_clip
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from tests.serving.running import running_server

ROOT = pathlib.Path(__file__).parents[2]
RUN = os.environ.get("KERAS_ASD_RUN")
FLOAT_FORMS: tuple[str, ...] = ("saved_model", "c_api", "onnx", "litert")
# Those that compute in fewer digits on purpose, and what they may lose of AUC.
ROUNDED = {"litert_int8": 0.01}
ALSO = ["onnx", "litert", "litert_int8"]
if importlib.util.find_spec("nncf"):
    FLOAT_FORMS += ("openvino",)
    ROUNDED |= {"openvino_int8": 0.01, "openvino_bf16": 0.01}
    ALSO += ["openvino", "openvino_int8"]
# Forms that one process opens.
PROCESSES: tuple[tuple[str, ...], ...] = (
    ("saved_model",),
    ("c_api",),
    ("onnx",),
    ("litert", "litert_int8"),
)
if "openvino" in ALSO:
    PROCESSES += (("openvino", "openvino_int8", "openvino_bf16"),)
LIMIT = 1e-4


@pytest.fixture(scope="module")
def finished_run(request):
    return pathlib.Path(RUN) if RUN else request.getfixturevalue("run")


@pytest.fixture(scope="module")
def exported(finished_run, tmp_path_factory):
    target = tmp_path_factory.mktemp("models") / "machines"
    words = ["export", str(finished_run), "--to", str(target)]
    assert main([*words, "--also", *ALSO]) == 0
    return target / "1"


@pytest.fixture(scope="module")
def clips(finished_run):
    listed = read_clip_list(RunFolder(finished_run).clips)
    return [entry.clip for entry in listed if entry.role == "test"]


@pytest.fixture(scope="module")
def scores(finished_run, exported, clips, tmp_path_factory):
    """Scores of the test clips by every form."""
    folder = tmp_path_factory.mktemp("scores")
    inputs = folder / "clips.npz"
    write_clips(inputs, finished_run, exported, clips)
    files = [one / "detector.keras" for one in (finished_run, exported)]
    by_keras = run_apart(folder, "keras_form", inputs, *files)
    names = "keras", "keras, from the version"
    found = dict(zip(names, by_keras.values(), strict=True))
    for forms in PROCESSES:
        found |= run_apart(folder, "runners", inputs, exported, *forms)
    with running_server(exported.parents[1]) as server:
        name = exported.parent.name
        for kind, url in (
            ("HTTP", server.rest_url(name)),
            ("gRPC", server.grpc_url(name)),
        ):
            found[kind] = request_scores(url, exported, clips)
    return found


def write_clips(path, run, version, clips):
    config = read_config(RunFolder(run))
    contract = json.loads((version / "assets.extra/contract.json").read_text())
    arrays = {
        f"waveform_{i}": decode_clip(
            clip.path, config.sampling_rate, config.recording_channel
        )
        for i, clip in enumerate(clips)
    }
    machines = [clip.key for clip in clips]
    keys = [contract["machines"].index(machine) for machine in machines]
    np.savez(path, key=np.int32(keys), machine=np.array(machines), **arrays)


def run_apart(folder, module, clips, *words):
    """Scores by each of the forms, which are the last words."""
    path = folder / "scores.npz"
    path.unlink(missing_ok=True)
    subprocess.run(
        [sys.executable, "-m", f"tests.forms.{module}", clips, path, *words],
        cwd=ROOT,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"},
        check=True,
    )
    with np.load(path) as file:
        return dict(file)


def request_scores(url, version, clips):
    rate = json.loads((version / "assets.extra/contract.json").read_text())
    words = ["--sampling_rate", str(rate["sampling_rate"]), "--json"]
    scores = {}
    for key in sorted({clip.key for clip in clips}):
        own = [str(clip.path) for clip in clips if clip.key == key]
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            request = ["request", url, *own, "--machine", key, *words]
            assert main(request) == 0
        for line in printed.getvalue().splitlines():
            row = json.loads(line)
            scores[row["clip"]] = row["anomaly_score"]
    return np.array([scores[str(clip.path)] for clip in clips])


def difference(scores, reference):
    gap = np.abs(scores - reference) / np.maximum(1.0, np.abs(reference))
    return float(gap.max())


def mean_auc(scores, clips):
    """Mean over the sections that have both kinds of clip."""
    is_anomaly = np.array([clip.is_anomaly for clip in clips])
    keys = np.array([clip.key for clip in clips])
    found = [
        roc_auc(is_anomaly[keys == key], scores[keys == key])
        for key in np.unique(keys)
        if len(set(is_anomaly[keys == key])) == 2
    ]
    return float(np.mean(found)) if found else float("nan")


def test_every_form_gives_the_same_score_on_every_clip(scores, clips):
    reference = scores["keras"]
    assert len(reference) == len(clips) and np.isfinite(reference).all()
    print(f"\n{len(clips)} test clips, each scored alone")
    print(f"{'form':26}{'largest difference':>20}{'mean AUC, %':>14}")
    for form, found in scores.items():
        gap, auc = difference(found, reference), mean_auc(found, clips)
        print(f"{form:26}{gap:20.1e}{100 * auc:14.2f}")
    gaps = {
        form: difference(found, reference)
        for form, found in scores.items()
        if form not in ROUNDED
    }
    assert set(gaps) == {
        "keras",
        "keras, from the version",
        *FLOAT_FORMS,
        "HTTP",
        "gRPC",
    }
    assert max(gaps.values()) <= LIMIT, gaps


@pytest.mark.skipif(not RUN, reason="a tiny network is not worth rounding")
@pytest.mark.parametrize("form", ROUNDED)
def test_rounding_costs_at_most_a_point_of_auc(form, scores, clips):
    auc = mean_auc(scores["keras"], clips)
    if not auc > 0.58:
        pytest.skip(f"an AUC of {auc:.2f} is chance: there is nothing to lose")
    assert auc - mean_auc(scores[form], clips) <= ROUNDED[form]
