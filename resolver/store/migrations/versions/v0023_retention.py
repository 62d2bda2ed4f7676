"""Rules of retention: for how long records of a source and category are kept and reviewed."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "retention_rules",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("review_days", sa.BigInteger()),
        sa.Column("keep_days", sa.BigInteger()),
        sa.PrimaryKeyConstraint("source", "category", name=op.f("pk_retention_rules")),
    )
