"""A batch that does not fit into memory ends in one line."""

import pytest
import tensorflow as tf

from keras_asd.__main__ import main
from keras_asd.models import Classifier

SAID = "Failed to allocate memory for the batch of component 0"
FRAMEWORKS = (
    tf.errors.ResourceExhaustedError(None, None, f"{SAID}\n\t [[{{node a}}]]"),
    RuntimeError(f"RESOURCE_EXHAUSTED: {SAID}"),
    MemoryError(SAID),
)


@pytest.mark.parametrize("error", FRAMEWORKS, ids=lambda one: str(type(one)))
def test_it_names_the_values_and_the_way_out(
    data, tiny, tmp_path, monkeypatch, capsys, error
):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(Classifier, "fit", fail)
    words = ["train", str(data), "--run", str(tmp_path / "run"), *tiny]
    assert main([*words, "--batch_size", "100000"]) == 2
    said = capsys.readouterr().err
    (line,) = (one for one in said.splitlines() if "keras-asd: " in one)
    assert "Received: batch_size=100000, clip_seconds=0.5: " in line
    assert SAID in line and "[[" not in said
    assert "Lower --batch_size or --clip_seconds" in line
    assert "Traceback" not in said


def test_a_command_without_such_values_says_what_it_knows(
    monkeypatch, capsys, run, tmp_path
):
    def fail(*_, **__):
        raise FRAMEWORKS[0]

    monkeypatch.setattr(tf.saved_model, "save", fail)
    assert main(["export", str(run), "--to", str(tmp_path / "models")]) == 2
    assert f"Received: {SAID}. " in capsys.readouterr().err
