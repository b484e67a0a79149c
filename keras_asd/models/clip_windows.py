"""Windows of one length, cut from clips of any length."""

from keras import ops


def cut_windows(
    waveform, samples, is_cropped=False, is_padded=False, step=None
):
    """Cuts clips into windows that cover them evenly.

    Args:
        waveform: `(batch, n)`, at least one sample long.
        samples: Integer, length of a window.
        is_cropped: Boolean, only the first of them counts.
        is_padded: Boolean, a clip shorter than a window is filled with
            zeros; else it is repeated.
        step: Integer, the most samples from one window to the next; as a
            window is long if `None`.

    Returns:
        `(batch, num_windows, samples)`.

    >>> windows = cut_windows(ops.arange(5.0)[None], samples=3)
    >>> [[int(sample) for sample in window] for window in windows[0]]
    [[0, 1, 2], [2, 3, 4]]
    """
    length = ops.shape(waveform)[1]
    step = step or samples
    # JAX compiles for a length that it knows, and an operation would hide it.
    larger = max if isinstance(length, int) else ops.maximum
    surplus = larger(length - samples, 0)
    # Not -(-surplus // step): ONNX rounds towards zero.
    covering = 1 + (surplus + step - 1) // step
    num_windows = 1 if is_cropped else covering
    number = ops.arange(num_windows, dtype="int32")
    gaps = larger(num_windows - 1, 1)
    # number * surplus // gaps, within 32 bits.
    starts = number * (surplus // gaps) + number * (surplus % gaps) // gaps
    indices = starts[:, None] + ops.arange(samples, dtype="int32")
    windows = ops.take(waveform, indices % length, axis=1)
    if is_padded:
        windows = windows * ops.cast(indices < length, "float32")
    return windows


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
