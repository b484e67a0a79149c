"""Part of a benchmark in a process: `python -m benchmarks.part NAME`."""

import argparse
import dataclasses
import importlib
import json
import os
import subprocess
import sys

from benchmarks.measurement import Measurement

PARTS = ("decoding", "model", "serving", "memory", "startup")


def run_apart(name: str, is_quick: bool) -> tuple[list[Measurement], str]:
    """The rows of a part and the backend it used, empty where it used none.

    Raises:
        RuntimeError: If the part fails.
    """
    command = [sys.executable, "-m", "benchmarks.part", name]
    result = subprocess.run(
        command + ["--quick"] * is_quick,
        capture_output=True,
        text=True,
        env={"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ},
    )
    if result.returncode:
        raise RuntimeError(f"{name} failed:\n{result.stderr}")
    answer = json.loads(result.stdout.splitlines()[-1])
    rows = [Measurement(**row) for row in answer["rows"]]
    return rows, answer["backend"]


def main() -> None:
    """Measures, and prints one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=PARTS)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    part = importlib.import_module(f"benchmarks.{options.name}")
    rows = [dataclasses.asdict(row) for row in part.measure(options.quick)]
    print(json.dumps({"rows": rows, "backend": _backend()}))


def _backend() -> str:
    keras = sys.modules.get("keras")
    if keras is None:
        return ""
    devices = ", ".join(keras.distribution.list_devices())
    return f"{keras.backend.backend()} on {devices}"


if __name__ == "__main__":
    main()
