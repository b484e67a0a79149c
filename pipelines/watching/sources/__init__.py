"""Sources of a watch: folders, recordings, sound cards, streams."""
