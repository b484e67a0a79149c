"""What each loss needs, gives and is judged by."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class LossFacts:
    """What goes with a loss.

    Args:
        targets: As in `Config.targets`.
        head: What the head gives: `cosine`, `logit` or `error`.
        needs_classes: Whether it needs two classes or more.
        has_margin: Whether the angular margin and its scale are in it.

    >>> LOSSES["arcface"].targets
    'one_hot'
    """

    targets: str
    head: str = "cosine"
    needs_classes: bool = True
    has_margin: bool = False


LOSSES = {
    "arcface": LossFacts("one_hot", has_margin=True),
    "arcmix": LossFacts("rows", has_margin=True),
    "noisy_arcmix": LossFacts("rows", has_margin=True),
    "adacos": LossFacts("soft"),
    "subcluster_adacos": LossFacts("soft"),
    "intra_class_compactness": LossFacts("soft"),
    "compactness_cross_entropy": LossFacts("soft"),
    "one_class_compactness": LossFacts("soft", needs_classes=False),
    "cross_entropy": LossFacts("one_hot", "logit"),
    "own_class_error": LossFacts("one_hot", "error", needs_classes=False),
    "outlier_exposure": LossFacts("one_hot", "error", needs_classes=False),
    "supervised_contrastive": LossFacts("one_hot"),
}

# The scorers that read the head, and what it must give. Others read
# embeddings, and are fitted.
HEAD_SCORERS = {
    "centre_angle": "cosine",
    "centre_angle_published": "cosine",
    "log_odds": "logit",
    "log_odds_literal": "logit",
    "error": "error",
}
# The scorers that no clip is left out for: what they judge by was settled in
# training.
UNFITTED_SCORERS = {
    *HEAD_SCORERS,
    "selective_mahalanobis",
    "selective_mahalanobis_published",
}
