"""Drift of a watch: machines that slowly come to sound different."""
