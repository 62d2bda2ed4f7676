"""Senzing JSON lists and single records."""
