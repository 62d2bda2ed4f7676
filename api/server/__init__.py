"""Processes, limits and streams around the application."""
