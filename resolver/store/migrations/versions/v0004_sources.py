"""Owner of a source without an agency (`keeper`), and sources that a store requires."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; in place, because other tables refer to this one."""
    op.add_column("sources", sa.Column("keeper", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "sources", sa.Column("required", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
