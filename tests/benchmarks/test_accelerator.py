import os
import pathlib
import subprocess
import sys
import time

import pytest

from benchmarks.device_use import DeviceUse
from benchmarks.published_torch import load_published

ROOT = pathlib.Path(__file__).parents[2]
# As on a machine with JAX alone.
WITHOUT_TENSORFLOW = """
import sys
sys.modules["tensorflow"] = None
from benchmarks.accelerator import main
main(sys.argv[1:])
"""


@pytest.mark.skipif(
    os.environ.get("KERAS_BACKEND") != "jax",
    reason="`make test-other` measures accelerators on JAX",
)
@pytest.mark.slow
def test_a_quick_run_measures_all_and_says_what_it_did_not(tmp_path):
    out = tmp_path / "table.md"
    words = ["--quick", "--out", str(out)]
    command = [sys.executable, "-c", WITHOUT_TENSORFLOW, *words]
    subprocess.run(command, cwd=ROOT, check=True)
    table, missing = out.read_text().split("Not measured:")
    for row in (
        "| log-Mel ",
        "| Tgram ",
        "| TASTgram-MFN, training step | float32 ",
        "| TASTgram-MFN, inference     | mixed_bfloat16 ",
        "| dual branch, training step  | mixed_bfloat16 ",
        "| dual branch, inference      | float32 ",
    ):
        assert " ".join(row.split()) in " ".join(table.split())
    assert "PyTorch" in missing
    assert "alone, and all rows are of the processor" in missing
    assert "decoding on the host with tf.data" in missing


def test_a_folder_without_the_published_code_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="model/net.py"):
        load_published(tmp_path)


def test_samples_of_the_gpu_are_averaged(tmp_path, monkeypatch):
    command = tmp_path / "nvidia-smi"
    command.write_text("#!/bin/sh\necho 40\necho 80\nexec /bin/sleep 60\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with DeviceUse() as use:
        time.sleep(0.5)
    assert use.mean() == "60"
