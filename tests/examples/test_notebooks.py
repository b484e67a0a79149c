import base64
import copy
import os
import re
import struct
import sys

import nbformat
import pytest

from tests.examples import notebook_runs
from tests.examples.notebook_runs import EXAMPLES
from tests.quick_training import running_eagerly

# `make notebooks` runs them in full and compares; with STORE=1 it stores.
FORM = os.environ.get("KERAS_ASD_NOTEBOOKS", "short")
LARGEST_BYTES = 300_000

# The short form: values in place of those of the cell tagged `parameters`; it
# leaves out the cells tagged `long`.
SHORT = {
    "classes_of_your_own": {"NUM_TRAIN": 8, "EPOCHS": 1},
    "recordings_to_served_model": {"NUM_TRAIN": 10, "SHIFT_SECONDS": 8},
    "search_margin_scale_alpha": {
        "TRIALS": 1,
        "EPOCHS": 1,
        "NUM_TRAIN": 12,
        "NUM_TEST": 1,
        "SECONDS": 0.5,
    },
    "train_with_model_fit": {
        "NUM_UNITS": 5,
        "NUM_TRAIN": (2,),
        "NUM_TEST": 2,
        "STEPS": 8,
    },
    "why_angular_margins_work": {
        "SEEDS": (1,),
        "NUM_TRAIN": 6,
        "NUM_TEST": 4,
        "EPOCHS": 2,
        "STEPS_PER_EPOCH": 2,
    },
}


@pytest.fixture(params=sorted(path.stem for path in EXAMPLES.glob("*.ipynb")))
def name(request):
    return request.param


@pytest.mark.slow
# keras-tuner calls threads by old names.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_notebook_runs(name, tmp_path, monkeypatch):
    stored = notebook_runs.read_notebook(name)
    if FORM == "short":
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "path", [*sys.path])
        monkeypatch.setenv("MPLBACKEND", "agg")
        assert set(SHORT[name]) <= set(notebook_runs.parameters_of(stored))
        with running_eagerly():
            assert notebook_runs.run_here(stored, SHORT[name])
        assert not list(tmp_path.iterdir())
        return
    before = set(EXAMPLES.iterdir())
    fresh = notebook_runs.run_in_kernel(copy.deepcopy(stored), tmp_path)
    assert set(EXAMPLES.iterdir()) == before
    if FORM == "store":
        nbformat.write(fresh, EXAMPLES / f"{name}.ipynb")
    else:
        assert not list(notebook_runs.differences(stored, fresh))


def test_a_notebook_is_stored_with_its_pictures(name):
    assert (EXAMPLES / f"{name}.ipynb").stat().st_size < LARGEST_BYTES
    notebook = notebook_runs.read_notebook(name)
    nbformat.validate(notebook)
    pictures = notebook_runs.pictures(notebook)
    assert len(pictures) >= 2
    for picture in pictures:
        data = base64.b64decode(picture)
        assert data.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", data[16:24])
        assert 200 < width < 1200 and height > 100


def test_a_stored_notebook_is_tidy(name):
    notebook = notebook_runs.read_notebook(name)
    tidied = notebook_runs.tidy(notebook_runs.read_notebook(name))
    assert notebook == tidied
    for cell in notebook_runs.code_cells(notebook):
        assert not re.search(r"import tests|from tests", cell.source)
        assert not any(o.output_type == "error" for o in cell.outputs)
        text = notebook_runs.printed(cell)
        assert not re.search(
            r"/(tmp|home|root|work|Users)/|0x[0-9a-f]{6}", text
        )


@pytest.mark.parametrize(
    ("text", "count"), [("AUC 0.91", 0), ("AUC 0.6", 1), ("pAUC 0.9", 1)]
)
def test_other_numbers_or_words_are_a_difference(text, count):
    stored, fresh = (
        nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_code_cell(
                    outputs=[nbformat.v4.new_output("stream", text=printed)]
                )
            ]
        )
        for printed in ("AUC 0.9", text)
    )
    assert len(list(notebook_runs.differences(stored, fresh))) == count
