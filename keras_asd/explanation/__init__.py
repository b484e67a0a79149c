"""Explanations of anomaly scores."""

from keras_asd.explanation.occlusion import occlusion
from keras_asd.explanation.random_masks import random_masks
from keras_asd.explanation.rise import rise

__all__ = ["occlusion", "random_masks", "rise"]
