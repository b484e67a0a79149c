"""Processor, system and package versions of a benchmark."""

import importlib.metadata
import pathlib
import platform
import shutil
import subprocess

from pipelines.files.posix import count_cores as count_cores

PACKAGES = (
    "keras",
    "tensorflow",
    "tensorflow-io",
    "jax",
    "torch",
    "numpy",
    "soundfile",
)


FLAGS = (
    "avx2",
    "avx_vnni",
    "avx512f",
    "avx512_vnni",
    "avx512_bf16",
    "amx_bf16",
    "amx_int8",
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


def processor_flags() -> list[str]:
    """What the processor has for inference, where the system tells.

    >>> isinstance(processor_flags(), list)
    True
    """
    path = pathlib.Path("/proc/cpuinfo")
    words = set(path.read_text().split()) if path.exists() else set()
    return [flag for flag in FLAGS if flag in words]
