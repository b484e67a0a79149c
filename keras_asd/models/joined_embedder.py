"""Concatenation of several embedders."""

import keras
from keras import ops

from keras_asd.composite import Composite
from keras_asd.models.clip_windows import as_clips
from keras_asd.models.sizes import read_embedding_dim
from keras_asd.models.sizes import read_samples
from keras_asd.models.sizes import read_sampling_rate


@keras.saving.register_keras_serializable(package="keras_asd")
class JoinedEmbedder(Composite, keras.Model):
    """Concatenated embeddings of several embedders.

    `JoinedHead` and `JoinedScorer` split them again, so that detectors with
    one network for each machine are served like any other. Every clip passes
    all embedders.

    Args:
        embedders: List of embedders for waveforms of the same length and
            sampling rate, ours or built models from waveforms to vectors.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, embedding_dim)`, the sum of the embedders' sizes.

    Raises:
        ValueError: For no embedder, or different lengths or rates.

    >>> from keras_asd.models.reconstruction_embedder import (
    ...     ReconstructionEmbedder)
    >>> parts = [ReconstructionEmbedder(samples=8_000) for _ in range(2)]
    >>> tuple(JoinedEmbedder(parts)(ops.zeros((3, 8_000))).shape)
    (3, 264)
    """

    parts = ("embedders",)

    def __init__(self, embedders, **kwargs):
        super().__init__(autocast=False, **kwargs)
        embedders = list(embedders)
        lengths = {read_samples(part) for part in embedders}
        rates = {read_sampling_rate(part) for part in embedders} - {None}
        if len(lengths) != 1 or len(rates) > 1:
            raise ValueError(
                "Joined embedders must take the same waveforms, and there "
                f"must be at least one. Received: lengths {lengths}, sampling "
                f"rates {rates}."
            )
        self.embedders = embedders
        self.samples = lengths.pop()
        self.sampling_rate = rates.pop() if rates else None
        self.dims = [
            read_embedding_dim(part, self.samples) for part in embedders
        ]
        self.embedding_dim = sum(self.dims)
        self.built = True

    @property
    def is_folded(self):
        """Whether `fold` finds nothing to do in any of them."""
        return all(getattr(part, "is_folded", True) for part in self.embedders)

    def represent(self, waveform):
        """Representations of all embedders, named `<index>.<name>`."""
        return {
            f"{index}.{name}": values
            for index, embedder in enumerate(self.embedders)
            for name, values in embedder.represent(waveform).items()
        }

    def embed(self, representations, training=None):
        """Embeddings `(batch, embedding_dim)` of what `represent` gave."""
        return self._join(
            [
                embedder.embed(part, training=training)
                for embedder, part in self._split(representations)
            ]
        )

    def _join(self, embeddings):
        dtype = self.compute_dtype
        return ops.concatenate([ops.cast(x, dtype) for x in embeddings], -1)

    def neutral(self, representations):
        """Values of masked cells, as each embedder defines them."""
        return {
            f"{index}.{name}": values
            for index, (embedder, part) in enumerate(
                self._split(representations)
            )
            for name, values in embedder.neutral(part).items()
        }

    def axes(self, name):
        """Label and values of each axis of the representation `name`."""
        index, _, name = name.partition(".")
        return self.embedders[int(index)].axes(name)

    def _split(self, representations):
        for index, embedder in enumerate(self.embedders):
            start = f"{index}."
            yield (
                embedder,
                {
                    name.removeprefix(start): values
                    for name, values in representations.items()
                    if name.startswith(start)
                },
            )

    def call(self, waveform, training=None):
        waveform = as_clips(waveform, self.samples)
        parts = [part(waveform, training=training) for part in self.embedders]
        return self._join(parts)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.embedding_dim)
