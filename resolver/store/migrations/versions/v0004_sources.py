"""Sources: whose they are where no agency is named, and whether the store must hold them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("sources") as sources:
        sources.add_column(sa.Column("keeper", sa.Text(), server_default="", nullable=False))
        sources.add_column(sa.Column("required", sa.Boolean(), server_default=sa.false(), nullable=False))
