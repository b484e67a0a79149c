"""Embedding of a run's clips: vectors, and a t-SNE map of them."""

import csv
import dataclasses
import io
import pathlib
from collections.abc import Sequence

import numpy as np

from pipelines import atomic
from pipelines.datasets.clip import Clip
from pipelines.evaluation.plots import render_png
from pipelines.files.names import escape_name
from pipelines.methods.embedding_files import read_embeddings
from pipelines.methods.embedding_files import write_npz
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.network_embeddings import embed_by_networks
from pipelines.pictures.projection import MIN_CLIPS
from pipelines.pictures.projection import projection_figure
from pipelines.pictures.projection import tsne
from pipelines.runs.artefacts import load_detector
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.known_clips import choose_test_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.runs.run_lock import holding_if_within
from pipelines.runs.stages import find_run

COLUMNS = ("path", "machine", "section", "split", "domain", "is_anomaly")


def embed(
    run_path: str,
    roots: Sequence[str],
    folder: str,
    max_clips: int = 5000,
    seed: int = 0,
    trust: Sequence[str] = (),
) -> list[pathlib.Path]:
    """Embeds the run's normal clips and test clips, and maps them by t-SNE.

    Args:
        run_path: Folder of a finished training run.
        roots: Data folders with the test clips.
        folder: Folder for `embeddings.npz` (array `embedding`, a row a clip:
            the mean of its windows), `clips.csv` (the same rows, with t-SNE's
            `x` and `y`) and `map.png`.
        max_clips: Largest number of clips on the map; of more a seeded draw.
        seed: Seed of t-SNE and of the draw.
        trust: Packages of classes of your own, where the run has any.

    Returns:
        The three files.

    Raises:
        FileNotFoundError: If there is no such run, or no recording.
        ValueError: If no test clip is left that the run knows, or there are
            too few for a map, or `max_clips` is, or the folder lies in the
            run and another process works there.

    >>> embed("no_such_run", ["recordings"], "maps")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    if max_clips < MIN_CLIPS:
        raise ValueError(
            f"A map needs {MIN_CLIPS} clips or more. "
            f"Received: max_clips={max_clips}."
        )
    run = find_run(run_path)
    with holding_if_within(run, folder):
        return _embed(run, roots, folder, max_clips, seed, trust)


def _embed(
    run: RunFolder,
    roots: Sequence[str],
    folder: str,
    max_clips: int,
    seed: int,
    trust: Sequence[str],
) -> list[pathlib.Path]:
    config = read_config(run)
    detector = load_detector(run, trust)
    normals = normal_clips(read_clip_list(run.clips))
    trained_on = {normal.clip.path.resolve() for normal in normals}
    test, _ = choose_test_clips(roots, config, detector, trained_on)
    embedder = detector.embedder
    found = [
        (normals, read_embeddings(run.embeddings)),
        (test, embed_by_networks(embedder, detector.groups, test, config)),
    ]
    clips, vectors = [], []
    for inspected, embeddings in found:
        whole = embeddings.whole(detector.embedding_dim)
        indices, means = _mean_vectors(
            dataclasses.replace(embeddings, vectors=whole)
        )
        clips += [inspected[index].clip for index in indices]
        vectors.append(means)
    return _write(
        pathlib.Path(folder),
        clips,
        np.concatenate(vectors),
        max_clips,
        seed,
        f"{run.path.name}: embeddings, t-SNE",
    )


def _mean_vectors(embeddings: Embeddings) -> tuple[list[int], np.ndarray]:
    indices, rows = np.unique(embeddings.clips, return_inverse=True)
    totals = np.zeros((len(indices), embeddings.vectors.shape[1]))
    np.add.at(totals, rows, embeddings.vectors)
    counts = np.bincount(rows)[:, None]
    return indices.tolist(), (totals / counts).astype("float32")


def _write(
    folder: pathlib.Path,
    clips: list[Clip],
    vectors: np.ndarray,
    max_clips: int,
    seed: int,
    title: str,
) -> list[pathlib.Path]:
    draw = np.random.default_rng(seed).permutation(len(clips))[:max_clips]
    drawn = np.sort(draw)
    points = tsne(vectors[drawn], seed)
    figure = projection_figure(points, [clips[i] for i in drawn], title)
    paths = [folder / name for name in ("embeddings.npz", "clips.csv")]
    with atomic.replacing(paths[0]) as temporary:
        write_npz(temporary, {"embedding": vectors})
    positions = dict(zip(drawn.tolist(), points.tolist(), strict=True))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, "x", "y"])
    for row, clip in enumerate(clips):
        values = [getattr(clip, name) for name in COLUMNS]
        cells = [
            "" if value is None else escape_name(str(value)) for value in values
        ]
        writer.writerow([*cells, *positions.get(row, ("", ""))])
    atomic.write_text(paths[1], text.getvalue())
    picture = folder / "map.png"
    with atomic.replacing(picture) as temporary:
        temporary.write_bytes(render_png(figure))
    return [*paths, picture]
