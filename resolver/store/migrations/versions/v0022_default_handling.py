"""Handling of the records of a source, or of a feed, that state none or a looser one."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add the columns."""
    for table in ("sources", "feeds"):
        column = sa.Column("handling", sa.Text(), server_default="", nullable=False)
        op.add_column(table, column)
