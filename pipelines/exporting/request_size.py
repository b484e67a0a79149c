"""Largest size of a served request, of which the contract tells."""

MAX_CLIPS = 64
# Of several clips together; a single one has its own limit.
MAX_REQUEST_SECONDS = 3600
