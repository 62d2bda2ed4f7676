"""Increments: what a batch of records or decisions changes in a store."""
