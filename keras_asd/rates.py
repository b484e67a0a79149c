"""Slack of requested false-alarm rates, readable without Keras."""

# Float32 rounds: a p-value of just the requested rate must not fail by that.
SLACK = 1.0002
