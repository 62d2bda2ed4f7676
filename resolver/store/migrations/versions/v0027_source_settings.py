"""Token of the settings of sources, so that readers see from the head whether they have changed."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "meta", sa.Column("source_settings", sa.Text(), nullable=False, server_default="")
    )
