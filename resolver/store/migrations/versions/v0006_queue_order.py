"""Order of the queue by the value of a review: rows with an earlier order are built again."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Mark all records as touched (record 0) if there is a queue: its next reader refreshes it."""
    touched = sa.table("touched", sa.column("version"), sa.column("record"))
    zero = sa.literal_column("0", sa.BigInteger)
    queue_state = sa.select(zero, zero).select_from(sa.table("desk"))
    op.execute(touched.insert().from_select(["version", "record"], queue_state))
