import gc
import pathlib

import numpy as np
import pytest

from pipelines.audio.inspection import inspect_clips
from pipelines.datasets import read_clips
from pipelines.methods.embedding_files import read_embeddings
from pipelines.methods.embedding_files import write_embeddings
from pipelines.methods.embedding_files import write_npz
from pipelines.methods.embeddings import embed_clips
from pipelines.settings.config import Config

CONFIG = Config(clip_seconds=0.2)
FULL = pathlib.Path("/dev/full")


def embed(windows):
    return np.stack([windows.mean(axis=1), windows.std(axis=1)], axis=1)


def test_every_window_of_every_clip_is_embedded_in_order(two_fans):
    inspected, _ = inspect_clips(list(read_clips(two_fans)))
    found = embed_clips(embed, inspected, CONFIG)
    assert found.vectors.shape == (len(found.clips), 2)
    assert sorted(set(found.clips)) == list(range(len(inspected)))
    assert (np.diff(found.clips) >= 0).all()
    assert len(found.clips) > len(inspected)
    for place, one in enumerate(inspected):
        assert set(found.keys[found.clips == place]) == {one.clip.key}


def test_a_clip_that_is_gone_is_left_out(two_fans):
    inspected, _ = inspect_clips(list(read_clips(two_fans)))
    inspected[2].clip.path.unlink()
    found = embed_clips(embed, inspected, CONFIG)
    assert sorted({*range(len(inspected))} - set(found.clips)) == [2]


def test_written_embeddings_come_back(two_fans, tmp_path):
    inspected, _ = inspect_clips(list(read_clips(two_fans)))
    found = embed_clips(embed, inspected, CONFIG)
    write_embeddings(tmp_path / "embeddings.npz", found)
    again = read_embeddings(tmp_path / "embeddings.npz")
    for name, value in vars(found).items():
        np.testing.assert_array_equal(getattr(again, name), value)


@pytest.mark.skipif(not FULL.exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_is_one_error_and_nothing_more():
    with pytest.raises(OSError, match="No space left"):
        write_npz(FULL, {"embedding": np.ones(100_000)})
    gc.collect()  # Whatever fails then fails this test.
