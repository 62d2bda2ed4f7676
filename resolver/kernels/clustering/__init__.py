"""Kernels of clustering: components, agglomeration, and sorting by key."""
