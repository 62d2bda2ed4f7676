"""Single checks: retrieval, ranking and visibility over the entity index."""
