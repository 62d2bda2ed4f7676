"""Steward decisions: checks, commits, undo, four eyes, blind review."""
