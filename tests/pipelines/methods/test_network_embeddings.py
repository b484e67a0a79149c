"""Clips through the networks of their own machine alone."""

import dataclasses

import numpy as np
import pytest

from keras_asd.models import JoinedEmbedder
from pipelines.audio.inspection import inspect_clips
from pipelines.datasets import read_clips
from pipelines.methods.embeddings import embed_clips
from pipelines.methods.network_embeddings import embed_by_networks
from pipelines.settings.config import Config
from tests.reconstruction_cases import make_small

CONFIG = Config(clip_seconds=0.256)
# The networks of each machine.
NETWORKS = {
    "machine": {"fan": (0, 1), "pump": (1, 2)},
    "section": {"fan": (0, 2), "pump": (2, 3)},
}
KEYS = ("fan", "fan/id_00", "fan/id_02", "pump", "pump/id_00")


def make_embedder(networks):
    parts = [
        make_small("all", CONFIG.samples, num_mel_bins=8)
        for _ in range({"machine": 2, "section": 3}[networks])
    ]
    return JoinedEmbedder(parts)


@pytest.fixture
def inspected(write_hum, tmp_path):
    clips = []
    for place, key in enumerate(["id_00", "id_02", "id_00"]):
        folder = tmp_path / ("pump" if place == 2 else "fan") / "train"
        for number in range(2):
            name = f"normal_{key}_{number:08d}.wav"
            write_hum(str(folder / name), 100 + 40 * place, seconds=0.6)
    clips, _ = inspect_clips(list(read_clips(tmp_path)))
    return clips


@pytest.mark.parametrize("networks", NETWORKS)
def test_a_vector_is_what_the_networks_of_its_machine_say(inspected, networks):
    config = dataclasses.replace(CONFIG, networks=networks)
    embedder = make_embedder(networks)
    # As a folder may list them.
    mixed = [inspected[place] for place in (4, 0, 5, 2, 1, 3)]
    found = embed_by_networks(embedder, KEYS, mixed, config)
    by_all = embed_clips(embedder.predict_on_batch, mixed, config)
    np.testing.assert_array_equal(found.clips, by_all.clips)
    np.testing.assert_array_equal(found.keys, by_all.keys)
    np.testing.assert_allclose(found.measures, by_all.measures, rtol=1e-5)
    whole = found.whole(embedder.embedding_dim)
    assert whole.shape == by_all.vectors.shape
    assert found.vectors.shape[1] < whole.shape[1]
    for machine, (first, last) in NETWORKS[networks].items():
        own = slice(first * embedder.dims[0], last * embedder.dims[0])
        rows = np.char.startswith(found.keys, machine)
        expected = np.zeros_like(whole[rows])
        expected[:, own] = by_all.vectors[rows][:, own]
        np.testing.assert_allclose(whole[rows], expected, rtol=1e-4)


def test_a_machine_whose_clips_are_gone_is_left_out(inspected):
    config = dataclasses.replace(CONFIG, networks="machine")
    for one in inspected:
        if one.clip.machine == "pump":
            one.clip.path.unlink()
    found = embed_by_networks(make_embedder("machine"), KEYS, inspected, config)
    assert set(found.keys) == {"fan/id_00", "fan/id_02"}


def test_one_network_hears_all_clips(inspected):
    embedder = make_small("all", CONFIG.samples, num_mel_bins=8)
    found = embed_by_networks(embedder, KEYS, inspected, CONFIG)
    assert found.firsts is None
    np.testing.assert_allclose(
        found.whole(embedder.embedding_dim),
        embed_clips(embedder.predict_on_batch, inspected, CONFIG).vectors,
        rtol=1e-5,
    )
