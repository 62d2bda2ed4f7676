"""Audit of accesses."""
