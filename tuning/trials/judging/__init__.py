"""Objectives of a search."""
