"""Repairs of what printed lists do to their values: runs of names, stray numbers, word order."""
