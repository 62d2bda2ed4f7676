"""Watched subjects, encrypted, with the hits that are known of them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Create the tables."""
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    texts = ("owner", "name", "agency", "sender", "created", "expires")
    op.create_table(
        "watches",
        sa.Column("number", serial, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("edition", "revision")),
        sa.Column("stamp", sa.JSON(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False, server_default=""),
        sa.Column("lease_until", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_watches")),
        sa.UniqueConstraint("id", name=op.f("uq_watches_id")),
    )
    op.create_index(op.f("uq_watches_owner_name"), "watches", ["owner", "name"], unique=True)
    op.create_table(
        "watched_subjects",
        sa.Column("number", serial, nullable=False),
        sa.Column("watch", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("content", "hits")),
        sa.Column("screened", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_watched_subjects")),
    )
    columns = ["watch", "key"]
    op.create_index(op.f("uq_watched_subjects_key"), "watched_subjects", columns, unique=True)
    columns = ["watch", "screened"]
    op.create_index(op.f("ix_watched_subjects_screened"), "watched_subjects", columns)
