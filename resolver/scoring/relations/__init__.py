"""Evidence from the relations of two entities: what both are related to, and how."""
