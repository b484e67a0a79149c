"""Training of a few steps, where tracing or compiling would take longer."""

import contextlib

from tests.harness import IS_JAX


@contextlib.contextmanager
def running_eagerly():
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


def compile_quickly(model, optimizer, loss, **options):
    """Compiles without XLA where it is slow, and so that it is traced once."""
    model.compile(optimizer, loss, jit_compile=IS_JAX, **options)
    model.optimizer.build(model.trainable_variables)
