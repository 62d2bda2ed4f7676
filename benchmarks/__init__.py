"""Benchmarks of quality and speed on named public data, with other tools for comparison.

`python -m benchmarks.quality`, `.speed` and `.peers` are the entry points; other modules measure
one thing each.
"""
