"""The parts of an exported version, and how it is published."""
