"""One reader per list format → records, and a rejects report."""
