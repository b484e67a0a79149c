"""Distributed search: a chief and its workers over gRPC."""
