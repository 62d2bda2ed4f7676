"""True persons, groups and ships of the world, and what agencies wrote of them."""
