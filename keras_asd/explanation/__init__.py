"""Explanations of anomaly scores."""

from keras_asd.explanation.random_masks import random_masks
from keras_asd.explanation.rise import rise

__all__ = ["random_masks", "rise"]
