"""Rows of the queue for readers who may not see all records of a pair. The queue is built again."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the table anew, with the readers in its key, and the table of their revisions."""
    op.drop_table("waiting")
    op.create_table(
        "waiting",
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("low", "high")),
        sa.Column("readers", sa.Text(), nullable=False, server_default=""),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("rank", "left", "right")),
        sa.Column("logodds", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("band", sa.SmallInteger(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("reason", "since", "not_for", "why", "marks")
        ),
        sa.PrimaryKeyConstraint("low", "high", "readers", name=op.f("pk_waiting")),
    )
    order = ["rank", "low", "high", "score", "marks", "readers"]
    op.create_index("ix_waiting_order", "waiting", order, unique=False)
    op.create_index("ix_waiting_high", "waiting", ["high"], unique=False)
    op.create_index("ix_waiting_since", "waiting", ["since"], unique=False)
    op.create_table(
        "waiting_readers",
        sa.Column("readers", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("readers", name=op.f("pk_waiting_readers")),
    )
    touched = sa.table("touched", sa.column("version"), sa.column("record"))
    zero = sa.literal_column("0", sa.BigInteger)
    queue_state = sa.select(zero, zero).select_from(sa.table("desk"))
    op.execute(sa.delete(touched))
    op.execute(touched.insert().from_select(["version", "record"], queue_state))
