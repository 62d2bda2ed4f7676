"""Verdicts of agencies on hits of screenings."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create the table."""
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    texts = ("owner", "verdict", "subject_id", "subject_name", "subject_digest")
    later = ("reason", "who", "made", "expires", "withdrawn", "withdrawn_by")
    op.create_table(
        "hit_verdicts",
        sa.Column("number", serial, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("subject_facts", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("entity", "caption")),
        sa.Column("records", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("similarity", sa.Double()),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in later),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_hit_verdicts")),
        sa.UniqueConstraint("id", name=op.f("uq_hit_verdicts_id")),
    )
    op.create_index(op.f("ix_hit_verdicts_owner"), "hit_verdicts", ["owner"])
