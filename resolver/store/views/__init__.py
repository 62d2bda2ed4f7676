"""Read access to one revision of a store."""
