import json
import os
import pathlib
import re
import sys

import nbclient
import nbformat
import pytest

ROOT = pathlib.Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


@pytest.fixture
def this_interpreter(tmp_path, monkeypatch):
    """A kernel `python3` that is the interpreter of the tests."""
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    launch = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
    specification = {
        "argv": [sys.executable, *launch],
        "display_name": "Python 3",
        "language": "python",
    }
    (folder / "kernel.json").write_text(json.dumps(specification))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))


def printed_text(notebook):
    return "".join(
        output["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream" and output["name"] == "stdout"
    )


def check_auc(text):
    (auc,) = re.findall(r"mean AUC (\d\.\d+)", text)
    assert 0.0 <= float(auc) <= 1.0


def check_training(text):
    check_auc(text)
    assert "accuracy: " in text


def check_angular_margins(text):
    check_training(text)
    collapses = re.findall(r"seed \d: .*?, (\d+) times", text)
    assert len(collapses) == 3
    assert min(map(int, collapses)) >= 10
    (difference,) = re.findall(r"largest difference (\S+)", text)
    assert float(difference) < 1e-12
    scales = dict(re.findall(r"(\w+) +scale (\S+) after", text))
    assert float(scales["adaptive"]) < 100 < float(scales["reference"])


def check_search(text):
    check = re.findall(r"val_proxy_auc (\d\.\d+) \{'margin'", text)
    assert len(check) == 2
    assert sorted(check, reverse=True) == check
    parts = dict(re.findall(r"val_proxy_auc_(\w+) +(\d\.\d+)", text))
    assert "siblings" in parts and len(parts) == 5
    check_auc(text)


def check_own_classes(text):
    check_auc(text)
    assert "add `--trust mypackage`" in text
    assert "exported saved_models/mine/1" in text


CHECKS = {
    "classes_of_your_own": check_own_classes,
    "search_margin_scale_alpha": check_search,
    "train_with_model_fit": check_training,
    "why_angular_margins_work": check_angular_margins,
}

# What may be less without other things being told.
SHORTER = {
    "TRIALS = 3": "TRIALS = 2",
    "EPOCHS = 2\n": "EPOCHS = 1\n",
    "EPOCHS = 5": "EPOCHS = 1",
    "steps_per_epoch=50": "steps_per_epoch=8",
    "num_masks=600": "num_masks=64",
    "num_resamples=500": "num_resamples=50",
}

# Of its few steps most of the time goes into tracing.
EAGER = ("search_margin_scale_alpha",)
RUN_EAGERLY = """
import tensorflow
tensorflow.config.run_functions_eagerly(True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_prints_what_it_tells(
    path, tmp_path, this_interpreter
):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        for long, short in SHORTER.items():
            cell.source = cell.source.replace(long, short)
    if path.stem in EAGER:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(RUN_EAGERLY))
    client = nbclient.NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    )
    client.execute()
    CHECKS[path.stem](printed_text(notebook))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
