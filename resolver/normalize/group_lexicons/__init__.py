"""Word tables for names of groups."""
