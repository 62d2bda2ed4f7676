"""What a store keeps of values that were erased from records that stay."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Add the column."""
    column = sa.Column("value_keys", sa.JSON(), nullable=False, server_default="[]")
    op.add_column("erasures", column)
