"""Wire formats, request options and shared JSON schemas."""
