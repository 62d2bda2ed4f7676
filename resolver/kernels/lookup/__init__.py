"""Kernels of look-ups for one query: words, profiles, and prefilter scores."""
