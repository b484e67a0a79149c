import subprocess
import sys

import numpy as np
import pytest
import soundfile

CODE = """
import os, pathlib, sys
from pipelines.audio.inspection import inspect_clips
from pipelines.commands.process import own_process
from pipelines.datasets.clip import Clip

clips = [
    Clip(pathlib.Path(path), "fan", "all", "train", False)
    for path in sys.argv[2:]
]
if sys.argv[1] == "command":
    with own_process():
        inspect_clips(clips)
        print("of Python", file=sys.stderr)
else:
    inspect_clips(clips)
    print("of Python", file=sys.stderr)
os.write(2, b"of C\\n")
"""


@pytest.mark.parametrize("kind", ["command", "library"])
def test_the_command_line_silences_libmpg123_and_nothing_else(kind, tmp_path):
    generator = np.random.default_rng(0)
    soundfile.write(
        tmp_path / "good.mp3", generator.uniform(-1, 1, 32_000), 16_000
    )
    content = np.frombuffer((tmp_path / "good.mp3").read_bytes(), "uint8")
    paths = []
    for index in range(20):
        broken = content.copy()
        places = generator.integers(400, len(broken), 100)
        broken[places] = generator.integers(0, 256, 100)
        paths.append(tmp_path / f"{index}.mp3")
        paths[-1].write_bytes(broken.tobytes())
    words = [sys.executable, "-c", CODE, kind, *paths]
    told = subprocess.run(words, capture_output=True, text=True, check=True)
    assert ("libmpg123" in told.stderr) == (kind == "library")
    assert told.stderr.endswith("of Python\nof C\n")
