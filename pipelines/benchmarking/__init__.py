"""Benchmarks of methods x data sets x seeds, from YAML to tables."""
