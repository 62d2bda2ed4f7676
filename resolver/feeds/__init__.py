"""Lists that are fetched from their publishers on schedule, and guarded requests to other hosts."""
