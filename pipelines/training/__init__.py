"""Networks built and fitted on training clips."""
