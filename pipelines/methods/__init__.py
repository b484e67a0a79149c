"""Methods that fit a detector: networks, statistics, both fused."""
