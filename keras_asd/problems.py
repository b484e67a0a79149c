"""Reasons why a recording is not valid, readable without Keras."""

# Reasons why a recording is not valid; outputs are indices of this tuple,
# of the first reason that holds. Those from "not 16-bit PCM WAV" on come up
# where bytes are decoded, and never by `RecordingCheck`.
PROBLEMS = (
    "",
    "unknown machine",
    "not finite",
    "silent",
    "clipped",
    "level",
    "not 16-bit PCM WAV",
    "other sampling rate",
    "channels",
    "truncated",
    "length",
    "contradictory header",
    "several recordings",
    "no finite score",
)
# Comes up where the detector itself fails, such as one whose weights are NaN.
NO_SCORE = PROBLEMS[-1]
