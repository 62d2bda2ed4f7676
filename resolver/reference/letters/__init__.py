"""Symbols of words of other scripts, and what it costs to write them with Latin letters."""
