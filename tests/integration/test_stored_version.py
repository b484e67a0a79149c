"""Runs and exports of stored versions open, and say what they said."""

import json
import tarfile

import pytest

from keras_asd import __version__
from tests.stored_version import DATA
from tests.stored_version import ask

STORED = sorted(DATA.glob("version_*.tar.xz"))


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_stored_version_says_what_it_said(path, tmp_path):
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path, filter="data")
    expected = json.loads((tmp_path / "scores.json").read_text())
    for name, outputs in expected.items():
        found = ask(tmp_path / name)
        assert found == pytest.approx(outputs, rel=1e-4), name


def test_this_version_is_stored():
    assert DATA / f"version_{__version__}.tar.xz" in STORED
