"""Anomalous sound detection with angular margins, in Keras 3.

The parts are in the rooms `explanation`, `layers`, `losses`, `metrics`,
`models` and `scorers`; the whole way, from folders of recordings to scores, is
`Detector`. Each is imported when it is first used.
"""

import importlib

__version__ = "0.1.0"

_ROOMS = ("explanation", "layers", "losses", "metrics", "models", "scorers")


def __getattr__(name):
    if name in _ROOMS:
        return importlib.import_module(f"{__name__}.{name}")
    if name == "Detector":
        # The Python door: what it opens lies above this package.
        from pipelines.detector import Detector

        return Detector
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_ROOMS, "Detector"})
