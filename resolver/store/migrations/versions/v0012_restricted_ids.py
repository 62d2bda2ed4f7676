"""Ids of entities that only restricted records make: keyed, and one for each who may see them."""

import secrets

import orjson
import sqlalchemy as sa
from alembic import op

from resolver.records.packing import unpack_handling
from resolver.records.visibility import IDENTIFIED, is_visible
from resolver.store.record_contents import internal_id, keyed_id

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the secret and the table, and fill it. Ids that entities have are kept: each becomes
    that of the eldest record of its entity.
    """
    op.add_column("meta", sa.Column("id_secret", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "restricted_ids",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_restricted_ids")),
        sa.UniqueConstraint("id", name=op.f("uq_restricted_ids_id")),
    )
    connection = op.get_bind()
    secret = secrets.token_hex(32)
    connection.execute(sa.text("UPDATE meta SET id_secret = :secret"), {"secret": secret})
    restricted = _restricted_versions(connection)
    if not restricted:
        return
    first: dict[str, int] = {}
    for record_id, since in restricted.values():
        first[record_id] = min(since, first.get(record_id, since))
    ids = {record_id: keyed_id(secret, record_id) for record_id in first}
    for entity, (entity_id, record_ids) in _restricted_entities(connection, restricted).items():
        eldest = min(record_ids, key=lambda record_id: (first[record_id], record_id))
        ids[eldest] = entity_id
        connection.execute(
            sa.text("UPDATE entities SET id = :id WHERE number = :number"),
            {"id": internal_id(secret, f"{eldest}\x1f{entity}"), "number": entity},
        )
    connection.execute(
        sa.text('INSERT INTO restricted_ids ("record_id", "id", "first") VALUES (:r, :i, :f)'),
        [{"r": record_id, "i": ids[record_id], "f": since} for record_id, since in first.items()],
    )


def _restricted_versions(connection: sa.Connection) -> dict[int, tuple[str, int]]:
    """Return record id and first revision of each version that not every identified viewer may
    see, by number.
    """
    rows = connection.execute(
        sa.text(
            "SELECT number, record_id, valid_from, content FROM records "
            "WHERE content LIKE '%\"handling\"%'"
        )
    )
    restricted = {}
    for number, record_id, since, content in rows:
        stated = [item[1] for item in orjson.loads(content) if item[0] == "handling"]
        if stated and not is_visible(unpack_handling(stated[0]), IDENTIFIED):
            restricted[number] = record_id, since
    return restricted


def _restricted_entities(
    connection: sa.Connection, restricted: dict[int, tuple[str, int]]
) -> dict[int, tuple[str, list[str]]]:
    """Return id and record ids of the entities that never had another record, by number: those of
    the records that each holds, or held last.
    """
    spans: dict[int, list[tuple[int, int | None]]] = {}
    others: set[int] = set()
    rows = connection.execute(sa.text("SELECT record, entity, valid_to FROM members"))
    for record, entity, until in rows:
        if record in restricted:
            spans.setdefault(entity, []).append((record, until))
        else:
            others.add(entity)
    rows = connection.execute(sa.text("SELECT number, id, 0 FROM entities"))
    ids: dict[int, str] = {number: entity_id for number, entity_id, _ in rows}
    entities: dict[int, tuple[str, list[str]]] = {}
    used: set[str] = set()
    # those that still have records keep their ids before retired ones
    for entity in sorted(spans, key=lambda number: all(row[1] for row in spans[number])):
        if entity in others:
            continue
        last = max((until is None, until or 0) for _, until in spans[entity])
        held = [
            restricted[record][0]
            for record, until in spans[entity]
            if (until is None, until or 0) == last and restricted[record][0] not in used
        ]
        if held:
            used.update(held)
            entities[entity] = ids[entity], held
    return entities
