"""Versioned models: weights and tables as JSON, their cards, and a small loader."""
