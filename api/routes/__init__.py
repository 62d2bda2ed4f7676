"""HTTP endpoints for programs: one blueprint for each noun."""
