"""Hashes that chain the events of the audit log."""

import hashlib
import json
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
_ROWS_AT_ONCE = 5_000
_CHAINED = ("number", "at", "who", "agency", "action", "purpose", "request_id", "version", "model")


def upgrade() -> None:
    """Add the columns, and chain the events of before in the order of their numbers."""
    columns = ("salt", "content", "chain")
    for name in columns:
        op.add_column(
            "consultations", sa.Column(name, sa.Text(), nullable=False, server_default="")
        )
    table = sa.table(
        "consultations",
        *(sa.column(name) for name in (*_CHAINED, *columns)),
        *(sa.column(name, sa.JSON()) for name in ("query", "answer")),
    )
    connection = op.get_bind()
    row_update = sa.update(table).where(table.c.number == sa.bindparam("row_number"))
    row_update = row_update.values({name: sa.bindparam(f"new_{name}") for name in columns})
    last, chain = 0, "0" * 64
    while True:
        page = sa.select(table).where(table.c.number > last).order_by(table.c.number)
        rows = connection.execute(page.limit(_ROWS_AT_ONCE)).all()
        if not rows:
            break
        values = []
        for row in rows:
            salt = secrets.token_hex(16)
            content = _hash(salt, row.query, row.answer)
            chain = _hash(chain, *(getattr(row, name) for name in _CHAINED), content)
            values.append(
                {
                    "row_number": row.number,
                    "new_salt": salt,
                    "new_content": content,
                    "new_chain": chain,
                }
            )
        connection.execute(row_update, values)
        last = rows[-1].number
    with op.batch_alter_table("consultations") as consultations:
        for name in columns:
            consultations.alter_column(name, existing_type=sa.Text(), server_default=None)


def _hash(*parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
