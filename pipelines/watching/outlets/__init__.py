"""Where windows and events of a watch go: receivers, metrics, sounds."""
