"""Reopening of decisions whose records have changed materially since."""
