"""The one length of waveform that an embedder takes."""

from keras import ops


def as_clips(waveform, samples: int):
    """The waveforms, with their length known as the shape is read.

    Raises:
        ValueError: For another length.

    >>> tuple(as_clips(ops.zeros((2, 400)), samples=400).shape)
    (2, 400)
    """
    if waveform.shape[-1] not in (None, samples):
        raise ValueError(
            f"`waveform` must have {samples} samples. Received: "
            f"shape {tuple(waveform.shape)}. `AnomalyDetector` takes "
            "clips of any length."
        )
    return ops.reshape(waveform, (-1, samples))
