"""Rows behind the steward's desk: waiting pairs, holds, the decision log."""
