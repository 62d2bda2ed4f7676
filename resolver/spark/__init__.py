"""Spark engine: the stages of one machine on the workers of a cluster."""
