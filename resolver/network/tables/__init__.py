"""All entities as columns, and what is counted over them: groups, overlap of agencies."""
