"""Review queue: which pairs of entities wait, why, and in which order."""
