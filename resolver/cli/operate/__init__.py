"""Commands that run and maintain a store and its service."""
