"""What the numbers were measured on."""

import importlib.metadata
import os
import pathlib
import platform
import shutil
import subprocess

PACKAGES = (
    "keras",
    "tensorflow",
    "tensorflow-io",
    "jax",
    "torch",
    "numpy",
    "soundfile",
)


def describe_machine() -> list[str]:
    """Lines on the processor, the system and the versions.

    >>> describe_machine()[0].startswith("Processor: ")
    True
    """
    versions = [f"Python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    lines = [
        f"Processor: {_processor()}, {_num_cores()} cores",
        f"System: {platform.platform()}",
        f"Versions: {', '.join(versions)}",
    ]
    if command := shutil.which("nvidia-smi"):
        query = [command, "--query-gpu=name", "--format=csv,noheader"]
        names = subprocess.run(query, capture_output=True, text=True).stdout
        lines.insert(1, f"GPU: {', '.join(names.split(chr(10))).strip(', ')}")
    return lines


def _processor() -> str:
    path = pathlib.Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _num_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
