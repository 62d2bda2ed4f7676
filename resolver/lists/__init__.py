"""Readers of list formats: files in, records and rejects out."""
