"""A run is held by whoever writes into it."""

import pytest

from pipelines.atomic import FolderLock
from pipelines.programs.embed import embed
from pipelines.programs.explain import explain
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_lock import holding_if_within


@pytest.fixture
def run(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.path.mkdir()
    run.config.touch()
    return run


def test_a_run_is_held_where_a_folder_within_is_written(run, tmp_path):
    with holding_if_within(run, run.path / "maps"):
        with pytest.raises(ValueError, match="one process at a time"):
            FolderLock(run.lock)
    with holding_if_within(run, tmp_path / "maps"):
        FolderLock(run.lock).close()


def test_a_run_that_is_held_gets_no_map(run):
    with FolderLock(run.lock):
        with pytest.raises(ValueError, match="one process at a time"):
            embed(str(run.path), ["data"], str(run.path / "embeddings"))


def test_a_run_that_is_held_gets_no_pictures(run, monkeypatch):
    class Nothing:
        def __init__(self, run, *_):
            self.run = run
            self.detector = type("D", (), {"keys": {}})
            self.config = type("C", (), {"recording_channel": "mean"})

    monkeypatch.setattr("pipelines.programs.explain.Explainer", Nothing)
    words = (str(run.path), ["gone.wav"])
    with FolderLock(run.lock):
        assert len(list(explain(*words, str(run.path.parent)))) == 1
        with pytest.raises(ValueError, match="one process at a time"):
            list(explain(*words, str(run.path / "pictures")))
