"""Sources that answer other agencies with a contact, the requests to them, and their limits."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the columns, and create the tables."""
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    for name in ("answers", "least_query"):
        op.add_column("sources", sa.Column(name, sa.Text(), server_default="", nullable=False))
    asked = ("reference", "record_id", "owner", "asker", "asked_by", "question", "state")
    later = ("asked", "due", "answered_by", "answered", "answer", "until", "reminded")
    op.create_table(
        "contact_cases",
        sa.Column("number", serial, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", *asked, *later)),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_contact_cases")),
        sa.UniqueConstraint("id", name=op.f("uq_contact_cases_id")),
    )
    for name in ("owner", "asker"):
        op.create_index(op.f(f"ix_contact_cases_{name}"), "contact_cases", [name])
    op.create_table(
        "contact_queries",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("day", "asker", "person")),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "asker", "person", name=op.f("pk_contact_queries")),
    )
