"""Several embedders side by side: one for each machine, say."""

import keras
from keras import ops

from keras_asd.models.waveform_length import as_clips


@keras.saving.register_keras_serializable(package="keras_asd")
class JoinedEmbedder(keras.Model):
    """The embeddings of several embedders, one behind the other.

    `JoinedHead` and `JoinedScorer` take them apart again, so that detectors
    of one network for each machine are served like any other. Every clip
    goes through all of them.

    Args:
        embedders: Embedders for waveforms of the same length and rate.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, embedding_dim)`, the sum of the embedders' own.

    Raises:
        ValueError: For no embedder, or different lengths or rates.

    >>> from keras_asd.models.reconstruction_embedder import (
    ...     ReconstructionEmbedder)
    >>> parts = [ReconstructionEmbedder(samples=8_000) for _ in range(2)]
    >>> tuple(JoinedEmbedder(parts)(ops.zeros((3, 8_000))).shape)
    (3, 264)
    """

    def __init__(self, embedders, **kwargs):
        super().__init__(autocast=False, **kwargs)
        embedders = list(embedders)
        shapes = {(one.samples, one.sampling_rate) for one in embedders}
        if len(shapes) != 1:
            raise ValueError(
                "Joined embedders must take the same waveforms, and there "
                "must be at least one. Received: lengths and rates "
                f"{sorted(shapes)}."
            )
        self.embedders = embedders
        self.samples, self.sampling_rate = shapes.pop()
        self.dims = [one.embedding_dim for one in embedders]
        self.embedding_dim = sum(self.dims)
        self.built = True

    @property
    def is_folded(self):
        """Whether `fold` finds nothing to do in any of them."""
        return all(getattr(one, "is_folded", True) for one in self.embedders)

    def represent(self, waveform):
        """What each embedder represents, named `<its place>.<name>`."""
        return {
            f"{place}.{name}": values
            for place, embedder in enumerate(self.embedders)
            for name, values in embedder.represent(waveform).items()
        }

    def embed(self, representations, training=None):
        """Embeddings `(batch, embedding_dim)` of what `represent` gave."""
        return ops.concatenate(
            [
                ops.cast(one.embed(part, training=training), self.compute_dtype)
                for one, part in self._parts(representations)
            ],
            axis=-1,
        )

    def neutral(self, representations):
        """What masked cells are filled with, as each embedder says."""
        return {
            f"{place}.{name}": values
            for place, (one, part) in enumerate(self._parts(representations))
            for name, values in one.neutral(part).items()
        }

    def axes(self, name):
        """Label and values of each axis of the representation `name`."""
        place, _, own = name.partition(".")
        return self.embedders[int(place)].axes(own)

    def _parts(self, representations):
        for place, embedder in enumerate(self.embedders):
            start = f"{place}."
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
        return self.embed(self.represent(waveform), training=training)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.embedding_dim)

    def get_config(self):
        embedders = [
            keras.saving.serialize_keras_object(one) for one in self.embedders
        ]
        return {**super().get_config(), "embedders": embedders}

    @classmethod
    def from_config(cls, config):
        embedders = [
            keras.saving.deserialize_keras_object(one)
            for one in config["embedders"]
        ]
        return cls(**{**config, "embedders": embedders})
