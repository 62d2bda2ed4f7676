"""Proposals of mappings for tables, with reasons."""
