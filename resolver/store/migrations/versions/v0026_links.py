"""Last day of a decision: the link that it states is looked at again afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the column, with an index by which workers find what is over."""
    op.add_column("decisions", sa.Column("expires", sa.Text(), server_default="", nullable=False))
    op.create_index(op.f("ix_decisions_expires"), "decisions", ["expires"])
