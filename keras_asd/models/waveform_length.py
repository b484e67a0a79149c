"""Check of the length of waveforms."""

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
    # Where the length is not known yet, two half clips must not become one.
    is_known = waveform.shape[-1] is not None
    num_clips = None if is_known else ops.shape(waveform)[0]
    return ops.reshape(
        waveform, (-1 if num_clips is None else num_clips, samples)
    )
