"""Settings of losses for the auxiliary classification."""

from pipelines.settings.losses.adacos import AdaCos
from pipelines.settings.losses.adacos import CompactnessCrossEntropy
from pipelines.settings.losses.adacos import IntraClassCompactness
from pipelines.settings.losses.adacos import OneClassCompactness
from pipelines.settings.losses.adacos import SubclusterAdaCos
from pipelines.settings.losses.angular_margin import ArcFace
from pipelines.settings.losses.angular_margin import ArcMix
from pipelines.settings.losses.angular_margin import NoisyArcMix
from pipelines.settings.losses.custom import CustomLoss
from pipelines.settings.losses.loss import Loss
from pipelines.settings.losses.without_angles import CrossEntropy
from pipelines.settings.losses.without_angles import NoLoss
from pipelines.settings.losses.without_angles import OutlierExposure
from pipelines.settings.losses.without_angles import OwnClassError
from pipelines.settings.losses.without_angles import SupervisedContrastive

__all__ = [
    "AdaCos",
    "ArcFace",
    "ArcMix",
    "CompactnessCrossEntropy",
    "CrossEntropy",
    "CustomLoss",
    "IntraClassCompactness",
    "Loss",
    "NoLoss",
    "NoisyArcMix",
    "OneClassCompactness",
    "OutlierExposure",
    "OwnClassError",
    "SubclusterAdaCos",
    "SupervisedContrastive",
]
