"""Compiled inner loops, named by what they compute; no policy."""
