"""Versions of the records that decisions saw; those of before saw the records of today."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns, and let each decision stand on the latest versions of its two records.

    So no decision is reopened by the upgrade itself, but all are by later changes.
    """
    with op.batch_alter_table("decisions") as decisions:
        decisions.add_column(sa.Column("left_version", sa.BigInteger(), nullable=True))
        decisions.add_column(sa.Column("right_version", sa.BigInteger(), nullable=True))
    records = sa.table(
        "records", sa.column("number"), sa.column("record_id"), sa.column("valid_from")
    )
    decided = sa.table("decisions", *map(sa.column, _COLUMNS))
    # rows of a commit that was never completed do not count
    version = sa.select(sa.column("version")).select_from(sa.table("meta")).scalar_subquery()

    def latest(record_id: sa.ColumnElement[str]) -> sa.ScalarSelect[int]:
        query = sa.select(sa.func.max(records.c.number))
        query = query.where(records.c.record_id == record_id, records.c.valid_from <= version)
        return query.correlate(decided).scalar_subquery()

    op.execute(
        sa.update(decided).values(
            left_version=latest(decided.c.left_id), right_version=latest(decided.c.right_id)
        )
    )


_COLUMNS = ("left_id", "right_id", "left_version", "right_version")
