"""No counts of accesses to entities, which told whom others look up. The queue is built again."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Drop the counts, and forget the state of the queue, so that the next reader builds it."""
    op.drop_table("consulted")
    op.drop_table("desk")
    op.create_table(
        "desk",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_desk")),
    )
    op.execute(sa.delete(sa.table("waiting_readers")))
