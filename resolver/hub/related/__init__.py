"""Relations of a store's records, as increments need them: neighbors and their degrees."""
