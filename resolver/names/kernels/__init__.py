"""Compiled loops over names: similarities of words, the alignment of two names."""
