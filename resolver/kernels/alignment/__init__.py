"""Kernels that align the names of two records, and the layouts that they read and write."""
