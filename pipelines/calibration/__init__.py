"""From normal scores to p-values, decisions and thresholds."""
