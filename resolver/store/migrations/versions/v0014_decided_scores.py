"""Scores of records beside those that were decided on, what an outcome rests on, and rivals.

Links of before have the decided score in both columns until their records are resolved again; what
a merge rests on is then taken to be the records, and what sets two apart a decision. The queue is
built again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
APART, QUEUED, MERGED = 0, 1, 2
REVIEW, MATCH = 1, 2
RECORDS, DECISION, CONTRADICTION = 1, 4, 6


def upgrade() -> None:
    """Add the columns, and mark all rows of the queue as outdated."""
    for name, kind in (
        ("record_logodds", sa.Integer()),
        ("basis", sa.SmallInteger()),
        ("rival", sa.BigInteger()),
    ):
        op.add_column("links", sa.Column(name, kind, nullable=False, server_default="0"))
    names = ("logodds", "record_logodds", "basis", "outcome", "band")
    links = sa.table("links", *(sa.column(name) for name in names))
    op.execute(sa.update(links).values(record_logodds=links.c.logodds))
    op.execute(sa.update(links).where(links.c.outcome == MERGED).values(basis=RECORDS))
    op.execute(sa.update(links).where(links.c.outcome == APART).values(basis=DECISION))
    # the records match and their entities do not
    waits = (links.c.outcome == QUEUED) & (links.c.band == MATCH)
    op.execute(sa.update(links).where(waits).values(basis=CONTRADICTION, band=REVIEW))
    for side in ("left", "right"):
        is_ambiguous = sa.text("rival > 0")
        op.create_index(
            f"ix_links_rival_{side}",
            "links",
            [side],
            sqlite_where=is_ambiguous,
            postgresql_where=is_ambiguous,
        )
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
