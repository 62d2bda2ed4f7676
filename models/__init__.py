"""Versioned models: weights and tables as JSON, their card, and the file loader."""
