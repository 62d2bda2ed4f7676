"""Hub: an open store with its model and index, and everything that changes it."""
