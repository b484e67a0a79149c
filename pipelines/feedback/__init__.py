"""Feedback: what a run learns after its training, version by version."""
