"""The search over margins, scales and mix weights."""
