"""What a training run keeps: its folder, clips, labels and artefacts."""
