"""Benchmarks of this machine: `python -m benchmarks`."""
