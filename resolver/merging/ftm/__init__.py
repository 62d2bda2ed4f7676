"""FollowTheMoney output: entities, edges and statements."""
