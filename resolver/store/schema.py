"""Tables of the store.

Times are UTC texts in ISO 8601 with microseconds (`2026-03-01T09:30:00.000000Z`). `version` is a
store revision, `landed` the revision (in `versions` the time) of a commit.

A row with `valid_from` and `valid_to` is valid at revision r if `valid_from <= r` and (`valid_to`
is null or `r < valid_to`). Rows of a commit that is being staged are valid from beyond the revision
in `meta`. In rows of records only `valid_to` changes; decisions, events and audit rows never
change. An erasure (`resolver.store.erasures`) is the exception: it takes the values out of all
these rows.

`records.number` and `entities.number` have no gaps, in the order of commits and, within one, of
record ids, so that they can address columns outside the store.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)
# SQLite assigns row numbers only to keys of type INTEGER
Serial = BigInteger().with_variant(Integer, "sqlite")

meta = Table(
    "meta",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("store_id", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("staging", BigInteger, nullable=False, server_default="0"),
    Column("last_record", BigInteger, nullable=False),
    Column("last_entity", BigInteger, nullable=False),
    Column("plan", Text, nullable=False),
    Column("stamp", JSON, nullable=False),
    Column("borders", JSON, nullable=False),
    Column("id_secret", Text, nullable=False, server_default=""),
    Column("erasures", BigInteger, nullable=False, server_default="0"),
    Column("source_settings", Text, nullable=False, server_default=""),
)
revisions = Table(
    "versions",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, Text, nullable=False) for name in ("landed", "kind", "who")),
    Column("counts", JSON, nullable=False),
    Column("accepted", Text),
)
sources = Table(
    "sources",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("agency", Text, nullable=False, server_default=""),
    Column("title", Text, nullable=False, server_default=""),
    Column("deduplicated", Boolean, nullable=False),
    Column("list_version", Text, nullable=False, server_default=""),
    Column("updated", Text, nullable=False, server_default=""),
    Column("maximum_age_days", Integer),
    Column("keeper", Text, nullable=False, server_default=""),
    Column("required", Boolean, nullable=False, server_default=false()),
    Column("handling", Text, nullable=False, server_default=""),
    Column("answers", Text, nullable=False, server_default=""),
    Column("least_query", Text, nullable=False, server_default=""),
)
list_versions = Table(
    "list_versions",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("source", BigInteger, ForeignKey("sources.number"), nullable=False, index=True),
    Column("landed", BigInteger, nullable=False),
    Column("list_version", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("rejects", BigInteger, nullable=False),
    Column("replaces", Boolean, nullable=False, server_default=false()),
)
records = Table(
    "records",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("record_id", Text, nullable=False, index=True),
    Column("source", BigInteger, nullable=False, index=True),
    Column("kind", SmallInteger, nullable=False),
    Column("schema", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_to", BigInteger),
)
Index("ix_records_valid_from", records.c.valid_from)
Index("ix_records_valid_to", records.c.valid_to, sqlite_where=text("valid_to IS NOT NULL"))
entities = Table(
    "entities",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("born", BigInteger, nullable=False, index=True),
    Column("retired", BigInteger),
    Column("redirect", BigInteger),
)
restricted_ids = Table(
    "restricted_ids",
    metadata,
    Column("record_id", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("first", BigInteger, nullable=False),
)
members = Table(
    "members",
    metadata,
    Column("record", BigInteger, primary_key=True, autoincrement=False),
    Column("valid_from", BigInteger, primary_key=True, autoincrement=False),
    Column("entity", BigInteger, nullable=False, index=True),
    Column("valid_to", BigInteger),
)
populations = Table(
    "populations",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
)
links = Table(
    "links",
    metadata,
    Column("left", BigInteger, primary_key=True, autoincrement=False),
    Column("right", BigInteger, primary_key=True, autoincrement=False),
    Column("valid_from", BigInteger, primary_key=True, autoincrement=False),
    Column("logodds", Integer, nullable=False),
    Column("score", Double, nullable=False),
    Column("band", SmallInteger, nullable=False),
    Column("outcome", SmallInteger, nullable=False),
    Column("colour", SmallInteger, nullable=False),
    Column("valid_to", BigInteger),
    Column("record_logodds", Integer, nullable=False),
    Column("basis", SmallInteger, nullable=False),
    Column("rival", BigInteger, nullable=False),
)
# clusters are read by strength, without the thousands of weak links of a common name
Index("ix_links_right", links.c.right, links.c.logodds)
QUEUE = text("outcome = 1 AND valid_to IS NULL")
Index(
    "ix_links_queue",
    *(links.c[name] for name in ("score", "left", "right")),
    sqlite_where=QUEUE,
    postgresql_where=QUEUE,
)
AMBIGUOUS = text("rival > 0")
for _side in ("left", "right"):
    Index(
        f"ix_links_rival_{_side}",
        links.c[_side],
        sqlite_where=AMBIGUOUS,
        postgresql_where=AMBIGUOUS,
    )
decisions = Table(
    "decisions",
    metadata,
    Column("number", Serial, primary_key=True),
    *(Column(name, Text, nullable=False, unique=True) for name in ("id", "digest")),
    Column("landed", BigInteger, nullable=False, index=True),
    Column("left_id", Text, nullable=False, index=True),
    Column("right_id", Text, nullable=False, index=True),
    Column("verdict", Text, nullable=False),
    Column("unlawful", Boolean, nullable=False),
    Column("who", Text, nullable=False),
    Column("decided", Text, nullable=False, index=True),
    Column("why", Text, nullable=False),
    Column("seen", JSON, nullable=False),
    Column("needs_two", Boolean, nullable=False, server_default=false()),
    *(Column(name, BigInteger) for name in ("left_version", "right_version")),
    Column("expires", Text, nullable=False, server_default="", index=True),
)
# steward's desk: touched records, waiting pairs of entities, work of stewards
touched = Table(
    "touched",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("record", BigInteger, primary_key=True, autoincrement=False),
    info={"fleeting": True},
)
desk = Table(
    "desk",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    info={"fleeting": True},
)
waiting = Table(
    "waiting",
    metadata,
    Column("low", BigInteger, primary_key=True, autoincrement=False),
    Column("high", BigInteger, primary_key=True, autoincrement=False),
    Column("readers", Text, primary_key=True, server_default=""),
    Column("rank", BigInteger, nullable=False),
    Column("left", BigInteger, nullable=False),
    Column("right", BigInteger, nullable=False),
    Column("logodds", Integer, nullable=False),
    Column("score", Double, nullable=False),
    Column("band", SmallInteger, nullable=False),
    Column("pairs", Integer, nullable=False),
    *(
        Column(name, Text, nullable=False)
        for name in ("reason", "since", "not_for", "why", "marks")
    ),
    Column("record_logodds", Integer, nullable=False),
    info={"fleeting": True},
)
Index(
    "ix_waiting_order",
    *(waiting.c[name] for name in ("rank", "low", "high", "score", "marks", "readers")),
)
Index("ix_waiting_high", waiting.c.high)
Index("ix_waiting_since", waiting.c.since)
waiting_readers = Table(
    "waiting_readers",
    metadata,
    Column("readers", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    info={"fleeting": True},
)
rechecks = Table(
    "again",
    metadata,
    Column("decision", BigInteger, primary_key=True, autoincrement=False),
    Column("rank", BigInteger, nullable=False, index=True),
    Column("who", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("verdict", Text),
    *(
        Column(name, Text, nullable=False, server_default="")
        for name in ("second", "decided", "why")
    ),
)
holds = Table(
    "holds",
    metadata,
    Column("low", BigInteger, primary_key=True, autoincrement=False),
    Column("high", BigInteger, primary_key=True, autoincrement=False),
    Column("who", Text, nullable=False),
    Column("until", Text, nullable=False),
    info={"fleeting": True},
)
assignments = Table(
    "assignments",
    metadata,
    Column("low", BigInteger, primary_key=True, autoincrement=False),
    Column("high", BigInteger, primary_key=True, autoincrement=False),
    Column("who", Text, nullable=False, index=True),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
)
saved_filters = Table(
    "saved_filters",
    metadata,
    Column("who", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("filters", JSON, nullable=False),
)
network_views = Table(
    "network_views",
    metadata,
    Column("id", Text, primary_key=True),
    Column("who", Text, nullable=False, index=True),
    *(Column(name, Text, nullable=False) for name in ("agency", "title", "note", "entity")),
    Column("parameters", JSON, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("saved", Text, nullable=False),
)
events = Table(
    "events",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("version", BigInteger, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("entity", BigInteger, nullable=False, index=True),
    Column("other", BigInteger),
)
jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("agency", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("idempotency_key", Text, unique=True),
    Column("params", JSON, nullable=False),
    Column("created", Text, nullable=False, index=True),
    Column("started", Text),
    Column("finished", Text),
    Column("worker", Text, nullable=False, server_default=""),
    Column("heartbeat", Text),
    Column("lease_until", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("cancel_asked", Boolean, nullable=False),
    Column("stage", Text, nullable=False, server_default=""),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger),
    Column("result", JSON),
    Column("error", Text, nullable=False, server_default=""),
)
feeds = Table(
    "feeds",
    metadata,
    Column("name", Text, primary_key=True),
    *(
        Column(name, Text, nullable=False)
        for name in ("title", "address", "format", "license", "hosts", "agency", "mapping")
    ),
    Column("every", BigInteger, nullable=False),
    Column("created", Text, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("due", Text, nullable=False),
    Column("lease_by", Text, nullable=False),
    Column("lease_until", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    *(
        Column(name, Text, nullable=False)
        for name in (
            "answered",
            "fetched",
            "confirmed",
            "etag",
            "last_modified",
            "checksum",
            "sources",
        )
    ),
    Column("handling", Text, nullable=False, server_default=""),
)
feed_runs = Table(
    "feed_runs",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("feed", Text, nullable=False, index=True),
    *(Column(name, Text, nullable=False) for name in ("started", "finished", "outcome", "line")),
    Column("size", BigInteger, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("checksum", "published", "etag", "batch")),
)
hit_verdicts = Table(
    "hit_verdicts",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("owner", Text, nullable=False, index=True),
    *(
        Column(name, Text, nullable=False)
        for name in ("verdict", "subject_id", "subject_name", "subject_digest")
    ),
    Column("subject_facts", JSON, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("entity", "caption")),
    Column("records", JSON, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("similarity", Double),
    Column("weight", BigInteger, nullable=False),
    *(
        Column(name, Text, nullable=False)
        for name in ("reason", "who", "made", "expires", "withdrawn", "withdrawn_by")
    ),
)
watches = Table(
    "watches",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    *(
        Column(name, Text, nullable=False)
        for name in ("owner", "name", "agency", "sender", "created", "expires")
    ),
    Column("edition", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("stamp", JSON, nullable=False),
    Column("worker", Text, nullable=False, server_default=""),
    Column("lease_until", Text, nullable=False, server_default=""),
)
Index("uq_watches_owner_name", watches.c.owner, watches.c.name, unique=True)
watched_subjects = Table(
    "watched_subjects",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("watch", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("hits", LargeBinary, nullable=False),
    Column("screened", BigInteger, nullable=False),
)
Index("uq_watched_subjects_key", watched_subjects.c.watch, watched_subjects.c.key, unique=True)
Index("ix_watched_subjects_screened", watched_subjects.c.watch, watched_subjects.c.screened)
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("owner", Text, nullable=False, index=True),
    *(
        Column(name, Text, nullable=False)
        for name in ("agency", "sender", "kind", "value", "created")
    ),
    Column("revision", BigInteger, nullable=False),
    Column("event", BigInteger, nullable=False),
)
notices = Table(
    "notices",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("subscription", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    *(
        Column(name, Text, nullable=False)
        for name in ("at", "kind", "entity", "other", "subject", "read")
    ),
    Column("detail", JSON, nullable=False),
)
Index("uq_notices_owner_place", notices.c.owner, notices.c.place, unique=True)
receivers = Table(
    "receivers",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("owner", Text, nullable=False, index=True),
    *(Column(name, Text, nullable=False) for name in ("agency", "sender", "kind", "address")),
    Column("secret", LargeBinary, nullable=False),
    Column("hours", Integer, nullable=False),
    Column("last", BigInteger, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("next_at", "error", "created")),
)
deliveries = Table(
    "deliveries",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("receiver", BigInteger, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("state", "next_at", "error")),
)
Index("uq_deliveries_receiver_place", deliveries.c.receiver, deliveries.c.place, unique=True)
Index("ix_deliveries_state", deliveries.c.state, deliveries.c.next_at)
agency_options = Table(
    "agency_options",
    metadata,
    Column("agency", Text, primary_key=True),
    Column("tells_checks", Boolean, nullable=False, server_default=false()),
)
api_keys = Table(
    "api_keys",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("agency", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("created", Text, nullable=False),
    Column("expires", Text),
    Column("revoked", Text),
)
audit_events = Table(
    "consultations",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("at", Text, nullable=False, index=True),
    Column("who", Text, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("agency", "action", "purpose", "request_id")),
    Column("version", BigInteger, nullable=False),
    Column("model", Text, nullable=False),
    Column("query", JSON, nullable=False),
    Column("answer", JSON, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("salt", "content", "chain")),
)
erasures = Table(
    "erasures",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False, index=True),
    *(
        Column(name, Text, nullable=False)
        for name in ("reason", "asked_by", "agency", "asked", "decided_by", "decided", "finished")
    ),
    Column("records", JSON, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("proof", JSON, nullable=False),
    Column("value_keys", JSON, nullable=False, server_default="[]"),
)
retention_rules = Table(
    "retention_rules",
    metadata,
    *(Column(name, Text, primary_key=True) for name in ("source", "category")),
    *(Column(name, BigInteger) for name in ("review_days", "keep_days")),
)
users = Table(
    "users",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    *(Column(name, Text, nullable=False) for name in ("agency", "role", "password", "created")),
    Column("disabled", Text),
    Column("subject", Text, nullable=False, server_default=""),
)
security_keys = Table(
    "security_keys",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("user", BigInteger, ForeignKey("users.number"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("credential", Text, nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("uses", BigInteger, nullable=False),
    Column("created", Text, nullable=False),
    Column("used", Text),
)
sessions = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user", BigInteger, ForeignKey("users.number"), nullable=False, index=True),
    *(
        Column(name, Text, nullable=False)
        for name in ("via", "csrf", "purpose", "created", "seen", "expires")
    ),
    *(
        Column(name, Text, nullable=False, server_default="")
        for name in ("address", "browser", "provider_session", "id_token")
    ),
    info={"fleeting": True},
)
sign_in_steps = Table(
    "sign_in_steps",
    metadata,
    Column("digest", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("kind", "content", "expires")),
    info={"fleeting": True},
)
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("name", Text, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("until", Text, nullable=False),
    info={"fleeting": True},
)
contact_cases = Table(
    "contact_cases",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    *(
        Column(name, Text, nullable=False)
        for name in ("reference", "record_id", "owner", "asker", "asked_by", "question", "state")
    ),
    *(
        Column(name, Text, nullable=False)
        for name in ("asked", "due", "answered_by", "answered", "answer", "until", "reminded")
    ),
)
Index("ix_contact_cases_owner", contact_cases.c.owner)
Index("ix_contact_cases_asker", contact_cases.c.asker)
contact_queries = Table(
    "contact_queries",
    metadata,
    Column("day", Text, primary_key=True),
    Column("asker", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)
VOLATILE_TABLES = frozenset(
    table.name for table in metadata.sorted_tables if table.info.get("fleeting")
)
"""Tables whose rows mean nothing in another store; backups leave them out."""
