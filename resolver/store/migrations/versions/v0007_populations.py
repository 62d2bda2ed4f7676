"""Populations: what scores depend on beside records and model, as of each refresh."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table; stores have none until they are rebuilt with a model that needs one."""
    op.create_table(
        "populations",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_populations")),
    )
