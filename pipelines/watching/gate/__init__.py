"""Gate of a watch: windows that a microphone spoils are held back."""
