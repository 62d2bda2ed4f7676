"""Erasures: records whose values were removed from everything that the store holds."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Create the table, and count the erasures, so that indexes made before are not used."""
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    texts = ("id", "state", "reason", "asked_by", "agency", "asked", "decided_by", "decided")
    op.create_table(
        "erasures",
        sa.Column("number", serial, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*texts, "finished")),
        sa.Column("records", sa.JSON(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("proof", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_erasures")),
        sa.UniqueConstraint("id", name=op.f("uq_erasures_id")),
    )
    op.create_index(op.f("ix_erasures_state"), "erasures", ["state"])
    op.add_column(
        "meta", sa.Column("erasures", sa.BigInteger(), nullable=False, server_default="0")
    )
