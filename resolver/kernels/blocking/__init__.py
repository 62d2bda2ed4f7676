"""Kernels of blocking: sets of keys, groups and their pairs, key look-ups, and the prefilter."""
