"""Checks of a `.keras` archive before it is opened."""
