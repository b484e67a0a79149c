"""Scores as DCASE Task 2 takes and judges them, year by year."""
