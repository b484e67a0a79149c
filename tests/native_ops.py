"""Decoding as a plain install does it, and with the extra `native`.

The graph of tensorflow-io's decoder takes a third of a second to make, for
every pass over recordings, so tests have it where it is what they are about.
"""

import contextlib
import sys

NAME = "tensorflow_io"
# The module itself, once it was imported; it cannot be a second time.
_imported = {}


@contextlib.contextmanager
def without_native_ops():
    """Whoever imports tensorflow-io finds none."""
    _hide()
    yield
    _show()


@contextlib.contextmanager
def with_native_ops():
    """Within `without_native_ops`: it is there, where it is installed."""
    _show()
    yield
    _hide()


def _hide():
    if NAME in sys.modules:
        _imported[NAME] = sys.modules[NAME]
    sys.modules[NAME] = None
    loader = sys.modules.get("pipelines.audio.tensorflow_io_ops")
    if loader:
        loader.load_audio_ops.cache_clear()


def _show():
    del sys.modules[NAME]
    sys.modules.update(_imported)
