"""From embeddings and cosines to anomaly scores."""

from keras_asd.scoring.centre_angle import CentreAngle

__all__ = ["CentreAngle"]
