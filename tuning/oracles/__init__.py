"""Oracles with durable state, which choose the values of trials."""
