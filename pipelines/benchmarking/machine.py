"""Processor, system and package versions of a benchmark."""

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
        f"Processor: {processor_name()}, {count_cores()} cores",
        f"System: {platform.platform()}",
        f"Versions: {', '.join(versions)}",
    ]
    if command := shutil.which("nvidia-smi"):
        query = [command, "--query-gpu=name", "--format=csv,noheader"]
        names = subprocess.run(query, capture_output=True, text=True).stdout
        lines.insert(1, f"GPU: {', '.join(names.split(chr(10))).strip(', ')}")
    return lines


def processor_name() -> str:
    """Name of the processor, as the system reports it.

    >>> bool(processor_name())
    True
    """
    path = pathlib.Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def count_cores() -> int:
    """Number of cores that this process may use.

    >>> count_cores() > 0
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
