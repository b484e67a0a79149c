"""Clips and folders in, rows of scores out."""
