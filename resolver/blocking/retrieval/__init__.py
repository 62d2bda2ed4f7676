"""Look-ups for one query: by word, by key, and by prefilter score."""
