"""Compiled comparisons of dates and of sets of codes."""
