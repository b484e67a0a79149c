"""The switch between short tests and campaigns of full size."""

import os

# KERAS_ASD_CAMPAIGN=full repeats what the tests do once or twice.
IS_FULL = os.environ.get("KERAS_ASD_CAMPAIGN") == "full"


def times(short, full):
    """How often a test repeats what it does."""
    return full if IS_FULL else short
