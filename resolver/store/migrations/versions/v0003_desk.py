"""Steward's desk: touched records, waiting pairs, work of stewards; decisions that need two
stewards.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables and add a column to `decisions`."""
    with op.batch_alter_table("decisions") as decisions:
        decisions.add_column(
            sa.Column("needs_two", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.create_index(op.f("ix_decisions_decided"), "decisions", ["decided"], unique=False)
    op.create_table(
        "touched",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("version", "record", name=op.f("pk_touched")),
    )
    op.create_table(
        "desk",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("consulted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_desk")),
    )
    op.create_table(
        "consulted",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entity", name=op.f("pk_consulted")),
    )
    op.create_table(
        "waiting",
        sa.Column("low", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("high", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=False),
        sa.Column("right", sa.BigInteger(), nullable=False),
        sa.Column("logodds", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("band", sa.SmallInteger(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("not_for", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("low", "high", name=op.f("pk_waiting")),
    )
    op.create_index(
        "ix_waiting_order", "waiting", ["rank", "low", "high", "score", "marks"], unique=False
    )
    op.create_index("ix_waiting_high", "waiting", ["high"], unique=False)
    op.create_index("ix_waiting_since", "waiting", ["since"], unique=False)
    op.create_table(
        "again",
        sa.Column("decision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("second", sa.Text(), server_default="", nullable=False),
        sa.Column("decided", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("decision", name=op.f("pk_again")),
    )
    op.create_index(op.f("ix_again_rank"), "again", ["rank"], unique=False)
    op.create_table(
        "holds",
        sa.Column("low", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("high", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("low", "high", name=op.f("pk_holds")),
    )
    op.create_table(
        "assignments",
        sa.Column("low", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("high", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("low", "high", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_who"), "assignments", ["who"], unique=False)
    op.create_table(
        "saved_filters",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("who", "name", name=op.f("pk_saved_filters")),
    )
