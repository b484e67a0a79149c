"""Methods that fit a detector: networks, statistics, or both fused."""
