"""How fast the house is on this machine: `python -m benchmarks`."""
