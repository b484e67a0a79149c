"""Scoring of recordings: models, pieces, rows, the log of a table."""
