"""API keys, users and sessions."""
