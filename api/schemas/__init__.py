"""Wire formats and request options."""
