"""Compiled inner loops in packages named by what they compute; callers own the thresholds."""
