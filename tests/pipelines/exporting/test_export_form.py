import importlib
import sys

import pytest

from pipelines.exporting.export_form import FORMS
from pipelines.exporting.export_form import load_forms
from pipelines.programs.export import export


def test_every_form_has_a_name_and_a_file_of_its_own():
    pytest.importorskip("tf2onnx")
    pytest.importorskip("nncf")
    forms = load_forms(FORMS)
    assert [form.name for form in forms] == list(FORMS)
    assert len({form.file for form in forms} | {"saved_model.pb"}) == 6


@pytest.mark.parametrize("package", ["onnx", "tf2onnx", "onnxruntime"])
def test_a_package_that_is_missing_is_told_before_anything_is_written(
    package, monkeypatch
):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ValueError, match=r"pip install .keras-asd\[onnx\]"):
        load_forms(["onnx"])
    load_forms(["litert", "litert_int8"])


def test_an_export_asks_for_them_first(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    target = tmp_path / "models" / "fan"
    with pytest.raises(ValueError, match=r"keras-asd\[onnx\]"):
        export("no_such_run", str(target), also=["litert", "onnx"])
    assert not target.parent.exists()


def test_the_command_line_lists_the_forms(capsys):
    command = importlib.import_module("pipelines.commands.export")
    with pytest.raises(SystemExit):
        command.run(["runs/fan", "--to", "models/fan", "--also", "torch"])
    printed = capsys.readouterr().err
    assert all(name in printed for name in FORMS)
