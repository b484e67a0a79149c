"""Angular margin losses."""

from keras_asd.losses.arcface import ArcFace
from keras_asd.losses.arcmix import ArcMix
from keras_asd.losses.noisy_arcmix import NoisyArcMix

__all__ = ["ArcFace", "ArcMix", "NoisyArcMix"]
