"""Trainings: one run, and the stages of an anytime run."""
