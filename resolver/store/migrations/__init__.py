"""The forms the tables have had, oldest first, for Alembic. A new one is a file in `versions` and `database.HEAD`."""
