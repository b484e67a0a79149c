import numpy as np
import soundfile

from pipelines.audio.inspection import inspect_clips
from pipelines.datasets.clip import Clip
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.statistics import Statistics as StatisticsMethod
from pipelines.methods.statistics import mean_centres
from pipelines.settings.config import Config
from pipelines.settings.embedders import Statistics
from pipelines.settings.losses import NoLoss


def make_embeddings(vectors, clips):
    keys = np.array(["fan/id_00"] * len(clips))
    clips = np.array(clips)
    return Embeddings(np.array(vectors, "float32"), keys, clips < 0, clips)


def test_a_centre_is_the_mean_direction_of_its_class():
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(7, 3)) * generator.uniform(1, 99, (7, 1))
    clips = [0, 0, 1, 2, 2, 2, 3]
    names = ["pump", "fan", "pump", "valve"]
    head = mean_centres(make_embeddings(vectors, clips), names)
    assert head.num_classes == 3
    for centre, name in zip(
        np.array(head.centres), ["fan", "pump", "valve"], strict=True
    ):
        total = sum(
            row / np.linalg.norm(row)
            for row, clip in zip(vectors, clips, strict=True)
            if names[clip] == name
        )
        np.testing.assert_allclose(
            centre, total / np.linalg.norm(total), atol=1e-6
        )


def test_the_head_gives_cosines_to_these_centres():
    normals = make_embeddings(np.eye(2), [0, 1])
    head = mean_centres(normals, ["fan", "pump"])
    cosines = np.array(head(np.array([[3.0, 4.0]], "float32")))
    np.testing.assert_allclose(cosines, [[0.6, 0.8]], atol=1e-6)
    assert not head.trainable_weights


def test_a_class_whose_clips_all_broke_keeps_a_centre_of_zeros():
    normals = make_embeddings([[0.0, 2.0]], [1])
    head = mean_centres(normals, ["fan", "pump"])
    centres = np.array(head.centres)
    np.testing.assert_allclose(centres, [[0.0, 0.0], [0.0, 1.0]], atol=1e-6)


def test_the_embedder_is_whitened_around_every_section(write_hum):
    clips = [
        Clip(
            write_hum(f"{unit}/{index}.wav", hz, seconds=0.5),
            "fan",
            unit,
            "train",
            False,
        )
        for unit, hz in (("id_00", 120.0), ("id_02", 2000.0))
        for index in range(6)
    ]
    inspected, broken = inspect_clips(clips)
    assert not broken
    config = Config(
        embedder=Statistics(num_mel_bins=8, embedding_dim=4),
        loss=NoLoss(),
        clip_seconds=0.5,
    )
    method = StatisticsMethod(config)
    fresh, _ = method.train([], None)
    classes = [clip.key for clip in clips]
    embedder, _, made = method.embed(fresh, None, inspected, classes, ())
    again = method.embed_again(made, made.clips >= 0)
    np.testing.assert_allclose(again, made.vectors, atol=1e-5)
    assert embedder.whitening.is_fitted
    assert embedder.embedding_dim == 4
    waveforms = np.stack(
        [soundfile.read(clip.path, dtype="float32")[0] for clip in clips]
    )
    again = type(embedder).from_config(embedder.get_config())
    again.fit(np.array(again.statistics(waveforms)), [0] * 6 + [1] * 6)
    np.testing.assert_allclose(
        np.array(embedder(waveforms)), np.array(again(waveforms)), atol=1e-2
    )
    away = np.array(embedder(waveforms)).reshape(2, 6, 4)
    assert np.abs(away[0].mean(0) - away[1].mean(0)).max() > 2
