"""Tables of any layout, read by a mapping."""
