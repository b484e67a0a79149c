"""Building and fitting of networks on training clips."""
