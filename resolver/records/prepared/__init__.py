"""Prepared batches: arrays of codes over tables of unique values."""
