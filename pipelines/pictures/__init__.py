"""Pictures of what a detector hears: RISE maps and projections."""
