"""Names of the world: cultures, lists, and how full names are built."""
