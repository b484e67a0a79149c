"""Pictures: RISE maps of clips, and projections of embeddings."""
