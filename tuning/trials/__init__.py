"""A trial from its hyperparameters to its numbers."""
