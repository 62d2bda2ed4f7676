"""Free-text search of the entity index."""
