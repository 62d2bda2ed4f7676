"""Pages of networks: around an entity, groups, overlap of agencies."""
