"""Official rules and files of DCASE Task 2, year by year."""
