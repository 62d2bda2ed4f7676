"""Compiled loops of blocking, scoring and clustering."""
