"""Commands that resolve, score, check and explain."""
