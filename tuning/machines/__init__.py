"""A search over several machines: a chief and its workers."""
