"""Entities on a cluster: made and written by the workers, from scored pairs."""
