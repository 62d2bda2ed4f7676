"""API keys, users and sessions, and the audit log."""
