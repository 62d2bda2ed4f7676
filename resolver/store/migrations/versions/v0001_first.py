"""First version of the tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "api_keys",
        sa.Column("number", _SERIAL, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("expires", sa.Text(), nullable=True),
        sa.Column("revoked", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_keys_hash")),
        sa.UniqueConstraint("name", name=op.f("uq_api_keys_name")),
    )
    op.create_table(
        "consultations",
        sa.Column("number", _SERIAL, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_consultations")),
    )
    op.create_index(op.f("ix_consultations_at"), "consultations", ["at"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("number", _SERIAL, nullable=False),
        sa.Column("landed", sa.BigInteger(), nullable=False),
        sa.Column("left_id", sa.Text(), nullable=False),
        sa.Column("right_id", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("unlawful", sa.Boolean(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("decided", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_decisions")),
        sa.UniqueConstraint("digest", name=op.f("uq_decisions_digest")),
    )
    op.create_index(op.f("ix_decisions_landed"), "decisions", ["landed"], unique=False)
    op.create_index(op.f("ix_decisions_left_id"), "decisions", ["left_id"], unique=False)
    op.create_index(op.f("ix_decisions_right_id"), "decisions", ["right_id"], unique=False)
    op.create_table(
        "entities",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("born", sa.BigInteger(), nullable=False),
        sa.Column("retired", sa.BigInteger(), nullable=True),
        sa.Column("redirect", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_entities")),
        sa.UniqueConstraint("id", name=op.f("uq_entities_id")),
    )
    op.create_index(op.f("ix_entities_born"), "entities", ["born"], unique=False)
    op.create_table(
        "events",
        sa.Column("number", _SERIAL, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity", sa.BigInteger(), nullable=False),
        sa.Column("other", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_entity"), "events", ["entity"], unique=False)
    op.create_index(op.f("ix_events_version"), "events", ["version"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("started", sa.Text(), nullable=True),
        sa.Column("finished", sa.Text(), nullable=True),
        sa.Column("worker", sa.Text(), server_default="", nullable=False),
        sa.Column("heartbeat", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_jobs_idempotency_key")),
    )
    op.create_index(op.f("ix_jobs_created"), "jobs", ["created"], unique=False)
    op.create_index(op.f("ix_jobs_state"), "jobs", ["state"], unique=False)
    op.create_table(
        "links",
        sa.Column("left", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("right", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("logodds", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("band", sa.SmallInteger(), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), nullable=False),
        sa.Column("colour", sa.SmallInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("left", "right", "valid_from", name=op.f("pk_links")),
    )
    op.create_index(
        "ix_links_queue",
        "links",
        ["score", "left", "right"],
        unique=False,
        sqlite_where=sa.text("outcome = 1 AND valid_to IS NULL"),
        postgresql_where=sa.text("outcome = 1 AND valid_to IS NULL"),
    )
    op.create_index("ix_links_right", "links", ["right"], unique=False)
    op.create_table(
        "members",
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("record", "valid_from", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_entity"), "members", ["entity"], unique=False)
    op.create_table(
        "meta",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("staging", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_record", sa.BigInteger(), nullable=False),
        sa.Column("last_entity", sa.BigInteger(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("stamp", sa.JSON(), nullable=False),
        sa.Column("borders", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_meta")),
    )
    op.create_table(
        "records",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("source", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("schema", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_records")),
    )
    op.create_index(op.f("ix_records_record_id"), "records", ["record_id"], unique=False)
    op.create_index(op.f("ix_records_source"), "records", ["source"], unique=False)
    op.create_index("ix_records_valid_from", "records", ["valid_from"], unique=False)
    op.create_index(
        "ix_records_valid_to",
        "records",
        ["valid_to"],
        unique=False,
        sqlite_where=sa.text("valid_to IS NOT NULL"),
    )
    op.create_table(
        "sources",
        sa.Column("number", _SERIAL, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("deduplicated", sa.Boolean(), nullable=False),
        sa.Column("list_version", sa.Text(), server_default="", nullable=False),
        sa.Column("updated", sa.Text(), server_default="", nullable=False),
        sa.Column("maximum_age_days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sources")),
        sa.UniqueConstraint("name", name=op.f("uq_sources_name")),
    )
    op.create_table(
        "versions",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("landed", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_versions")),
    )
    op.create_table(
        "list_versions",
        sa.Column("number", _SERIAL, nullable=False),
        sa.Column("source", sa.BigInteger(), nullable=False),
        sa.Column("landed", sa.BigInteger(), nullable=False),
        sa.Column("list_version", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("rejects", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source"], ["sources.number"], name=op.f("fk_list_versions_source")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_list_versions")),
    )
    op.create_index(op.f("ix_list_versions_source"), "list_versions", ["source"], unique=False)
