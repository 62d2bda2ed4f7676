"""Subscriptions, notices, and where notices are sent."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def upgrade() -> None:
    """Create the tables."""
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "subscriptions",
        sa.Column("number", serial, nullable=False),
        *_texts("id", "owner", "agency", "sender", "kind", "value", "created"),
        *_numbers("revision", "event"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("id", name=op.f("uq_subscriptions_id")),
    )
    op.create_index(op.f("ix_subscriptions_owner"), "subscriptions", ["owner"])
    op.create_table(
        "notices",
        sa.Column("number", serial, nullable=False),
        *_texts("owner"),
        *_numbers("place", "subscription", "revision"),
        *_texts("at", "kind", "entity", "other", "subject", "read"),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_notices")),
    )
    op.create_index(op.f("uq_notices_owner_place"), "notices", ["owner", "place"], unique=True)
    op.create_table(
        "receivers",
        sa.Column("number", serial, nullable=False),
        *_texts("id", "owner", "agency", "sender", "kind", "address"),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        *_numbers("last"),
        *_texts("next_at", "error", "created"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_receivers")),
        sa.UniqueConstraint("id", name=op.f("uq_receivers_id")),
    )
    op.create_index(op.f("ix_receivers_owner"), "receivers", ["owner"])
    op.create_table(
        "deliveries",
        sa.Column("number", serial, nullable=False),
        *_numbers("receiver", "place"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_texts("state", "next_at", "error"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_deliveries")),
    )
    name = op.f("uq_deliveries_receiver_place")
    op.create_index(name, "deliveries", ["receiver", "place"], unique=True)
    op.create_index(op.f("ix_deliveries_state"), "deliveries", ["state", "next_at"])
    op.create_table(
        "agency_options",
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("tells_checks", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("agency", name=op.f("pk_agency_options")),
    )
