"""Commands for decisions on entities."""
