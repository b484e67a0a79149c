"""Calibration: p-values, thresholds and decisions from normal scores."""
