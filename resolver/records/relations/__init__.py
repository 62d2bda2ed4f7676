"""Types of relations and classes of roles."""
