"""Time at which a list was accepted, and whether it replaced all records of its source."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns. What was committed before counts as accepted at its commit."""
    op.add_column("versions", sa.Column("accepted", sa.Text(), nullable=True))
    op.add_column(
        "list_versions",
        sa.Column("replaces", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
