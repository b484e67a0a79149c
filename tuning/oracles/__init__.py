"""What is tried next, kept safe against kills."""
