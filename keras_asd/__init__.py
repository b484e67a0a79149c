"""Anomalous sound detection with angular margins, in Keras 3."""

__version__ = "0.1.0"
