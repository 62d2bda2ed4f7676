"""Kernels of texts: edit distances, distances between sounds, hashes and skeletons of bytes."""
