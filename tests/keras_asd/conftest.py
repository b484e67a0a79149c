"""What the tests of the core need on every backend."""

import pathlib

import keras
import pytest

from keras_asd.presets import STAGES

HERE = pathlib.Path(__file__).parent
# Keras's JAX variables lack a keyword that NumPy 2.4 wants.
COPY_KEYWORD = (
    "ignore:__array__ implementation doesn't accept a copy keyword"
    ":DeprecationWarning"
)


if keras.backend.backend() == "jax":
    import jax

    # Small programs, run once: compiling them takes the time.
    jax.config.update("jax_disable_most_optimizations", True)


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(COPY_KEYWORD))


@pytest.fixture(scope="module")
def tiny_stages():
    """A stage table `"tiny"` that keeps the tests of whole models fast."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(STAGES, "tiny", ((2, 64, 1, 2),))
        yield
