"""Romanization and syllables of single scripts and languages."""
