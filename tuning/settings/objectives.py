"""Objectives of a search by their names."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class ObjectiveKind:
    """An objective as settings and pages know it.

    Args:
        class_path: Import path of its `Objective`.
        meaning: What it measures, for the page of a search.
        needs_development: Whether it is measured on labelled clips.
    """

    class_path: str
    meaning: str
    needs_development: bool = False


OBJECTIVES = {
    "val_proxy_auc": ObjectiveKind(
        "tuning.trials.judging.proxy_objective.ProxyObjective",
        "AUC of held-out normal clips against stand-ins for anomalies: clips "
        "of the machine's other ids, and held-out normal clips with a small "
        "injected change. It has seen no anomaly: on made-up machines it "
        "separated what learns from what does not, but small leads meant "
        "little.",
    ),
    "val_official_score": ObjectiveKind(
        "tuning.trials.judging.official_objective.OfficialObjective",
        "Official score of the labelled test clips of the development "
        "folders. They chose the best trial, so that its score on them is "
        "too good.",
        needs_development=True,
    ),
}
