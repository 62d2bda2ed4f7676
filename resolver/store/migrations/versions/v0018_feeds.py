"""Lists that are fetched on schedule, and the outcome of each time."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the tables."""
    facts = ("title", "address", "format", "license", "hosts", "agency", "mapping")
    seen = ("answered", "fetched", "confirmed", "etag", "last_modified", "checksum", "sources")
    op.create_table(
        "feeds",
        sa.Column("name", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in facts),
        sa.Column("every", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("due", "lease_by", "lease_until")
        ),
        sa.Column("failures", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in seen),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feeds")),
    )
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    texts = ("feed", "started", "finished", "outcome", "line")
    op.create_table(
        "feed_runs",
        sa.Column("number", serial, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("size", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("checksum", "published", "etag", "batch")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_feed_runs")),
    )
    op.create_index(op.f("ix_feed_runs_feed"), "feed_runs", ["feed"])
