"""Populations of a store: models for them, their growth, and refreshes that measure them anew."""
