"""Word-by-word alignment of names over arrays."""
