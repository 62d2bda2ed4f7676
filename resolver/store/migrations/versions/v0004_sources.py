"""Sources: whose they are where no agency is named, and whether the store must hold them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns. Other tables refer to this one, so SQLite must not make it anew."""
    op.add_column("sources", sa.Column("keeper", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "sources", sa.Column("required", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
