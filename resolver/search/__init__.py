"""Search over stored values."""
