"""Differences between two records of one person, or of two persons."""
