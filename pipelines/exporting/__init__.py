"""Exported versions: forms, acceptance, manifest, publishing."""
