"""Embeddings of clips by the network of their machine or section."""

import dataclasses
import itertools
from collections.abc import Iterable
from collections.abc import Sequence

import keras
import numpy as np

from keras_asd.models import JoinedEmbedder
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.embeddings import join_embeddings
from pipelines.methods.embeddings import try_to_embed
from pipelines.runs.labels import part_name
from pipelines.settings.config import Config


def embed_by_networks(
    embedder: keras.Model,
    keys: Iterable[str],
    clips: Sequence[InspectedClip],
    config: Config,
    what: str = "embedding",
) -> Embeddings:
    """Embeds every window of the clips; clips that fail to decode are left out.

    In a detector of several networks a clip passes only through the networks of
    its own machine; `Embeddings.firsts` has the index where their part of the
    embedding begins.

    Args:
        embedder: Embedder of the detector.
        keys: Names that the detector knows, such as `<machine>/<section>`.
        clips: Clips to embed.
        config: Settings of the run.
        what: Label of the progress bar.

    Raises:
        ValueError: If no clip could be decoded.

    >>> embed_by_networks(None, [], [], Config(networks="machine"))
    Traceback (most recent call last):
    ValueError: There must be clips to embed. Received: 0 clips, none ...
    """
    if config.is_one_network or not isinstance(embedder, JoinedEmbedder):
        firsts = {"": (0, embedder)}
    else:
        firsts = _of_machines(embedder, keys, config.networks)
    parts = []
    for machine, (first, network) in firsts.items():
        indices = np.array(
            [
                index
                for index, inspected in enumerate(clips)
                if machine in ("", inspected.clip.machine)
            ],
            int,
        )
        some = try_to_embed(
            network.predict_on_batch if len(indices) else None,
            [clips[index] for index in indices],
            config,
            f"{what} {machine}".strip(),
        )
        if some is not None:
            windows = np.full(len(some.clips), first)
            parts.append(
                dataclasses.replace(
                    some,
                    clips=indices[some.clips],
                    firsts=windows if len(firsts) > 1 else None,
                )
            )
    return join_embeddings(parts, len(clips))


def _of_machines(
    embedder: JoinedEmbedder, keys: Iterable[str], networks: str
) -> dict[str, tuple[int, keras.Model]]:
    """Networks of each machine, and the first index of their embeddings."""
    names = sorted({part_name(key, networks) for key in keys if "/" in key})
    starts = [0, *itertools.accumulate(embedder.dims)]
    indices: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        machine = name if networks == "machine" else name.rpartition("/")[0]
        indices.setdefault(machine, []).append(index)
    by_machine = {}
    for machine, chosen in indices.items():
        parts = [embedder.embedders[index] for index in chosen]
        joined = parts[0] if len(parts) == 1 else JoinedEmbedder(parts)
        by_machine[machine] = starts[chosen[0]], joined
    return by_machine
