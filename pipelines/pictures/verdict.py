"""Verdict on a clip: score, threshold, p-value and decision, in words."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What a detector says about a clip.

    Args:
        anomaly_score: Anomaly score of the whole clip; `None` if there is
            none.
        threshold: Threshold of the machine; `None` if there is none.
        p_value: Share of normal clips that would score as high; `None` where
            it is not known.
        decision: 1 for an alarm, 0 for none, -1 where none is possible.
        problem: Reason why the recording is not valid; empty if it is.

    >>> print(Verdict(1.5, 1.2, 0.004, 1))
    alarm: score 1.5 above the threshold 1.2, p = 0.004
    >>> print(Verdict(1.0, None, None, -1))
    no decision: score 1, no threshold
    """

    anomaly_score: float | None
    threshold: float | None
    p_value: float | None
    decision: int
    problem: str = ""

    def __str__(self) -> str:
        words = {1: "alarm", 0: "no alarm"}.get(self.decision, "no decision")
        if self.anomaly_score is None:
            text = f"{words}: no score"
        else:
            text = f"{words}: score {self.anomaly_score:.4g}"
            text += self._against_threshold(self.anomaly_score)
        if self.p_value is not None:
            text += f", p = {self.p_value:.2g}"
        return f"{text} ({self.problem})" if self.problem else text

    def _against_threshold(self, score: float) -> str:
        if self.threshold is None:
            return ", no threshold"
        side = "above" if score >= self.threshold else "below"
        return f" {side} the threshold {self.threshold:.4g}"
