"""Trials of a search: built, trained and evaluated."""
