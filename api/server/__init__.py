"""Processes, request limits and streams around the application."""
