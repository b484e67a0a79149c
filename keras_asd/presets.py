"""Named settings of the published systems, as plain data without Keras."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class FrontEnd:
    """How a waveform becomes a log-Mel spectrogram.

    Args:
        frame_length: Samples in a frame and in its transform.
        frame_step: Samples from one frame to the next.
        mel_scale: `"slaney"` or `"htk"`.
        is_area_normalized: Whether the Mel triangles have equal areas.
        padding: What lies beyond the clip, `"constant"` zeros or `"reflect"`.
        floor: Power below which the logarithm does not look.
        is_floor_added: Whether the floor is added (or taken as minimum).

    >>> FRONT_ENDS["code"].frame_length
    2048
    """

    frame_length: int
    frame_step: int
    mel_scale: str
    is_area_normalized: bool
    padding: str
    floor: float
    is_floor_added: bool


# "code": the released code of Noisy-ArcMix. "paper": what its paper says it
# uses, the front-end of the released code of STgram-MFN.
FRONT_ENDS = {
    "code": FrontEnd(
        frame_length=2048,
        frame_step=512,
        mel_scale="slaney",
        is_area_normalized=True,
        padding="constant",
        floor=2.220446049250313e-16,
        is_floor_added=True,
    ),
    "paper": FrontEnd(
        frame_length=1024,
        frame_step=512,
        mel_scale="htk",
        is_area_normalized=False,
        padding="reflect",
        floor=1e-10,
        is_floor_added=False,
    ),
}

# Stage tables of MobileFaceNet: (expansion, channels, repeats, first stride).
# "short": released code of Noisy-ArcMix. "original": the MobileFaceNet paper,
# which the published numbers of STgram-MFN and CLP-SCF used.
STAGES = {
    "short": ((2, 128, 2, 2), (4, 128, 2, 2), (4, 128, 2, 2)),
    "original": (
        (2, 64, 5, 2),
        (4, 128, 1, 2),
        (2, 128, 6, 1),
        (4, 128, 1, 2),
        (2, 128, 2, 1),
    ),
}

# Of the dual branch's normalisations. The released code has Keras's 0.99,
# whose statistics need a thousand steps: small data have fewer.
NORM_MOMENTUM = 0.9

CHANNELS = ("tgram", "log_mel", "attended")
MIX_POSITIONS = ("waveform_and_log_mel", "features", "waveform")
GATES = ("raw", "standardized")
BRANCHES = ("spectrum", "spectrogram")
SPECTROGRAMS = ("linear", "log_mel")
