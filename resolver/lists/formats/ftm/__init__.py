"""FollowTheMoney lists and single entities."""
