"""Lists that are fetched from their publishers on schedule, and safe requests to other hosts."""
