"""What in a clip an anomaly score comes from."""

from keras_asd.explanation.random_masks import random_masks
from keras_asd.explanation.rise import rise

__all__ = ["random_masks", "rise"]
