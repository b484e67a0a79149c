import sys

import pytest

from pipelines.exporting.forms import FORMS
from pipelines.exporting.forms import check_form
from pipelines.programs.export import export


@pytest.mark.parametrize("package", ["onnx", "tf2onnx", "onnxruntime"])
def test_a_package_that_is_missing_is_told_before_anything_is_written(
    package, monkeypatch
):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ValueError, match=r"pip install .keras-asd\[onnx\]"):
        check_form("onnx")
    for name in set(FORMS) - {"onnx"}:
        check_form(name)


def test_an_export_asks_for_them_first(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    target = tmp_path / "models" / "fan"
    with pytest.raises(ValueError, match=r"keras-asd\[onnx\]"):
        export("no_such_run", str(target), also=["litert", "onnx"])
    assert not target.parent.exists()
