"""Increments: the changes that a batch of records or decisions makes in a store."""
