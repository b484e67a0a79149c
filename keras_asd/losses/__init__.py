"""Losses: angular margins, adaptive cosines, and others to compare."""

from keras_asd.losses.adacos import AdaCos
from keras_asd.losses.arcface import ArcFace
from keras_asd.losses.arcmix import ArcMix
from keras_asd.losses.class_cross_entropy import ClassCrossEntropy
from keras_asd.losses.compactness_cross_entropy import CompactnessCrossEntropy
from keras_asd.losses.intra_class_compactness import IntraClassCompactness
from keras_asd.losses.noisy_arcmix import NoisyArcMix
from keras_asd.losses.one_class_compactness import OneClassCompactness
from keras_asd.losses.outlier_exposure import OutlierExposure
from keras_asd.losses.own_class_error import OwnClassError
from keras_asd.losses.subcluster_adacos import SubclusterAdaCos
from keras_asd.losses.supervised_contrastive import SupervisedContrastive

__all__ = [
    "AdaCos",
    "ArcFace",
    "ArcMix",
    "ClassCrossEntropy",
    "CompactnessCrossEntropy",
    "IntraClassCompactness",
    "NoisyArcMix",
    "OneClassCompactness",
    "OutlierExposure",
    "OwnClassError",
    "SubclusterAdaCos",
    "SupervisedContrastive",
]
