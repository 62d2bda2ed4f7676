"""Versions of the schema for Alembic, oldest first.

A new one takes a file in `versions` and a new `database.SCHEMA_VERSION`.
"""
