"""Scores of records beside those that were decided on, what an outcome rests on, and rivals.

Links of before have the decided score in both columns until their records are resolved again. The
queue is built again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the columns, and mark all rows of the queue as outdated."""
    for name, kind in (
        ("record_logodds", sa.Integer()),
        ("basis", sa.SmallInteger()),
        ("rival", sa.BigInteger()),
    ):
        op.add_column("links", sa.Column(name, kind, nullable=False, server_default="0"))
    links = sa.table("links", *(sa.column(name) for name in ("logodds", "record_logodds")))
    op.execute(sa.update(links).values(record_logodds=links.c.logodds))
    op.add_column(
        "waiting", sa.Column("record_logodds", sa.Integer(), nullable=False, server_default="0")
    )
    op.execute(sa.delete(sa.table("waiting")))
    op.execute(sa.delete(sa.table("waiting_readers")))
    touched = sa.table("touched", sa.column("version"), sa.column("record"))
    zero = sa.literal_column("0", sa.BigInteger)
    queue_state = sa.select(zero, zero).select_from(sa.table("desk"))
    op.execute(sa.delete(touched))
    op.execute(touched.insert().from_select(["version", "record"], queue_state))
