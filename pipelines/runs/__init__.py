"""Files of a training run: folder, clip list, labels and artefacts."""
