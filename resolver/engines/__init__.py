"""Engines: the same stages on one machine (`local`) or on a cluster."""
