"""Commands that train, measure and compare models."""
