import dataclasses
import pathlib

import numpy as np
import pytest

from pipelines.settings.embedders import Flow
from pipelines.settings.embedders import MobileNet
from pipelines.settings.presets import PRESETS
from pipelines.settings.presets import choose_preset
from pipelines.settings.presets import read_preset
from pipelines.training.assembly import make_classifier

ROOT = pathlib.Path(__file__).parents[3]
NUM_CLASSES = 3


def make_small(name):
    """The preset for clips of half a second, its network at its least."""
    config = choose_preset(name)
    is_long = isinstance(config.embedder, Flow | MobileNet)
    least = {"width": 0.125, "num_steps": 1}
    known = {name for name in least if hasattr(config.embedder, name)}
    return dataclasses.replace(
        config,
        clip_seconds=1.1 if is_long else 0.5,
        window_step_seconds=None,
        embedder=dataclasses.replace(
            config.embedder, **{name: least[name] for name in known}
        ),
    )


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_builds_what_it_trains(name):
    config = make_small(name)
    waveform = np.random.default_rng(0).normal(0, 0.1, (2, config.samples))
    if not config.is_trained:
        embedder = config.embedder.build(config)
        dim = embedder.embedding_dim
        assert dim == getattr(config.embedder, "embedding_dim", dim)
        embedder.fit(np.array(embedder.statistics(waveform)))
        assert embedder(waveform).shape == (2, dim)
        return
    classifier = make_classifier(config, NUM_CLASSES)
    cosine = np.array(classifier(waveform.astype("float32")))
    assert cosine.shape[:2] == (2, NUM_CLASSES)
    if config.loss.head == "cosine":
        assert (np.abs(cosine) <= 1 + 1e-6).all()
    targets = np.eye(NUM_CLASSES)[:2]
    if config.loss.targets == "rows":
        targets = np.stack([targets, np.zeros_like(targets)], axis=1)
    assert np.isfinite(float(classifier.loss(targets, cosine)))


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_of_published_numbers_keeps_the_published_sizes(name):
    config = choose_preset(name)
    if name == "reduced" or name.endswith(("_reduced", "_study", "_fused")):
        assert config.samples < 160_000
    elif config.minutes:
        assert config.samples == 0  # As long as the recordings.
    else:
        is_windowed = isinstance(config.embedder, MobileNet)
        assert config.samples == (33_280 if is_windowed else 160_000)
        width = getattr(config.embedder, "width", 1)
        assert width == (0.5 if is_windowed else 1)


def test_the_systems_of_the_papers_are_told_apart_by_few_settings():
    def differences(name, other):
        first, second = (vars(choose_preset(one)) for one in (name, other))
        return {key for key in first if first[key] != second[key]}

    noisy = "tastgram_mfn_noisy_arcmix"
    assert differences(noisy, "tastgram_mfn_arcface") == {"loss"}
    assert differences(noisy, "tastgram_mfn_arcmix") == {"loss"}
    assert differences(noisy, "stgram_mfn_noisy_arcmix") == {"embedder"}
    subcluster = "dual_branch_subcluster_adacos"
    assert differences(subcluster, "dual_branch_adacos") == {"loss"}


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_says_what_it_is_and_where_it_is_from(name):
    preset = read_preset(name)
    assert preset.system and preset.source
    assert not preset.base or preset.base in PRESETS


def test_the_page_lists_every_preset_as_its_file_says():
    text = (ROOT / "docs" / "presets.md").read_text(encoding="utf-8")
    rows = [row for row in text.splitlines() if row.startswith("| `")]
    for name in PRESETS:
        preset = read_preset(name)
        assert f"| `{name}` | {preset.system} | {preset.source} |" in rows


def test_an_unknown_preset_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="training_free.*preset='magic'"):
        choose_preset("magic")
