"""Models compiled for tests."""

from tests.harness import IS_JAX


def compile_quickly(model, optimizer, loss, **options):
    """Compiles without XLA where it is slow, and so that it is traced once."""
    model.compile(optimizer, loss, jit_compile=IS_JAX, **options)
    model.optimizer.build(model.trainable_variables)
