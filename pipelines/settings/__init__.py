"""Settings of a run: configuration, presets and their rules."""
