"""HTTP endpoints for programs: one blueprint per noun."""
