"""Names: words and their forms, scripts, spellings, alignment and the comparators of names."""
