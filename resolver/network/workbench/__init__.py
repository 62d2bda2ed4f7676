"""What analysts keep of a network and see of it over time: saved views, years."""
