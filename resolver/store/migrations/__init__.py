"""Versions of the schema for Alembic, oldest first.

A new version needs a file in `versions` and a new number `database.SCHEMA_VERSION`.
"""
