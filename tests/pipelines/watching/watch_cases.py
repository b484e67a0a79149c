"""A model and sources for tests of a watch, which need no network."""

import numpy as np

from pipelines.scoring.clip_scorer import ClipScorer
from pipelines.watching.judge import Judge
from pipelines.watching.sound_source import Window

RATE, SAMPLES = 100, 100


def make_judge(
    machines=("fan", "pump"), model="first", num_clips=999, checks=()
):
    """The anomaly score of a window is its first sample."""

    def score(waveforms, machines, rate):
        assert rate is None and len(machines) == len(waveforms) <= 32
        scores = np.array(waveforms[:, 0], "float32")
        is_valid = ~np.isnan(scores)
        p_values = np.where(scores > 5, 0.001, 0.5)
        return {
            "anomaly_score": scores,
            "p_value": p_values,
            "valid": is_valid,
            "problem": np.where(is_valid, "", "silent"),
        }

    scorer = ClipScorer(tuple(machines), RATE, "mean", SAMPLES, score)
    numbers = dict.fromkeys(machines, num_clips)
    return Judge(scorer, model, numbers, checks=checks)


class Line:
    """A source of windows of one second with given scores."""

    def __init__(
        self, scores, name="line", machine="fan", is_live=False, notices=()
    ):
        self.scores, self.name, self.machine = scores, name, machine
        self.is_live, self.notices = is_live, notices
        self.is_closed = False

    def listen(self, hearing, position, stop):
        assert (hearing.sampling_rate, hearing.window) == (RATE, SAMPLES)
        first = position["next"] if position else 0
        try:
            yield from self.notices
            for index in range(first, len(self.scores)):
                noise = np.random.default_rng(index).normal(size=hearing.window)
                # A score of zero is digital silence.
                waveform = (0.1 * noise).astype("float32")
                waveform *= self.scores[index] != 0
                waveform[0] = self.scores[index]
                start = index * hearing.step
                time = 1e9 + start / RATE
                yield Window(waveform, time, {"next": index + 1}, "", start)
        finally:
            self.is_closed = True
