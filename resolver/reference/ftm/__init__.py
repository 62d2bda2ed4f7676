"""FollowTheMoney's model: schemata and their properties, and values cleaned by type."""
