"""Oracles: what is tried next, safe against kills."""
