"""What a trial is judged by."""
