"""What the tests of the core need on every backend."""

import pathlib

import keras
import pytest

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
