"""Random ids of decisions, under which people and programs know them."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column, and give each decision of the log an id."""
    with op.batch_alter_table("decisions") as decisions:
        decisions.add_column(sa.Column("id", sa.Text(), nullable=True))
    table = sa.table("decisions", sa.column("number"), sa.column("id"))
    connection = op.get_bind()
    numbers = connection.execute(sa.select(table.c.number)).scalars().all()
    if numbers:
        row = sa.update(table).where(table.c.number == sa.bindparam("row_number"))
        connection.execute(
            row.values(id=sa.bindparam("new_id")),
            [{"row_number": number, "new_id": f"d-{secrets.token_hex(8)}"} for number in numbers],
        )
    with op.batch_alter_table("decisions") as decisions:
        decisions.alter_column("id", existing_type=sa.Text(), nullable=False)
        decisions.create_unique_constraint(op.f("uq_decisions_id"), ["id"])
    _mark_all_touched()


def _mark_all_touched() -> None:
    """Mark all records as touched (record 0) if there is a queue: sentences in it name numbers."""
    touched = sa.table("touched", sa.column("version"), sa.column("record"))
    op.execute(touched.delete().where(touched.c.version == 0, touched.c.record == 0))
    zero = sa.literal_column("0", sa.BigInteger)
    queue_state = sa.select(zero, zero).select_from(sa.table("desk"))
    op.execute(touched.insert().from_select(["version", "record"], queue_state))
