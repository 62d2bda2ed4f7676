"""Store of records, entities, links, decisions, jobs and the audit log, on SQLite (WAL mode) or
PostgreSQL.

Contract:

- **Revisions.** A store has a revision, a whole number that grows by one with each commit. Derived
  rows (`records`, `members`, `links`) state the revisions between which they are valid; nothing is
  overwritten. `Store.view()` reads the current revision, `Store.view(revision)` an earlier one.
- **Atomic commits.** A composer (`resolver.hub`) reads a view and computes the changes outside of
  any transaction. Then it calls `Store.commit(Commit(base=view.revision, …))`, which writes
  everything or nothing: a killed run leaves no trace. `OutdatedError` is raised if another commit
  came first; the composer then computes again on the new revision.
- **Immutable records.** A new version of a record ends the one before (`valid_to`);
  `record_versions` returns all of them.
- **Stable entity ids.** `StoreView.entity` accepts an entity id, a retired id (it redirects) or a
  record id. `StoreView.changes(since)` is the change feed, `StoreView.history(id)` the events of
  one entity.
- **Append-only decision log.** Decisions are added with `Commit.decisions` and count from that
  revision on; undoing a decision adds another one. The changes that a decision causes belong to the
  same commit: decide through `resolver.review`, never by writing rows.
- **Verdicts** (`Store.verdicts`) on hits of screenings belong to one agency each.
- **Feeds** (`Store.feeds`) are lists that are fetched on schedule, and are leased as jobs are.
- **Jobs** (`Store.jobs`) are leased and kept alive by heartbeats. Jobs of one sequence run one
  after the other, in the order in which they were submitted. **API keys** are in `Store.api_keys`,
  the **audit log** in `Store.audit_events`, **users** and **sessions** of the steward's desk in
  `Store.users` and `Store.sessions`.
- The package imports `records`, `errors` and `settings` only, no stage. Its errors are
  `StoreError`.

`schema` defines the tables; changing them takes a migration in `migrations/versions`.
"""

from resolver.store.audit import AuditEvent, AuditFault, AuditHead, AuditProof
from resolver.store.backup import backup, restore
from resolver.store.bulk_rows import (
    Acceptance,
    EntityEvent,
    EventKind,
    LaterChanges,
    LinkColor,
    RevisionRow,
    SourceAnswers,
    StoredDecision,
    StoredEntity,
    StoredRecord,
    StoredSource,
    StoreHead,
    Versions,
)
from resolver.store.commit import (
    Commit,
    LinkRows,
    ListCommit,
    OutdatedError,
)
from resolver.store.contacts import (
    ContactCase,
    ContactCases,
    ContactState,
    contact_reference,
    read_reference,
    record_tag,
)
from resolver.store.database import parse_utc_text, utc_text
from resolver.store.entity_queries import StoreView
from resolver.store.feeds import Feed, FeedLeaseError, FeedRun, Feeds, NewFeed, RunOutcome
from resolver.store.jobs import Job, Jobs, JobState, LeaseError
from resolver.store.link_queries import LinkTable
from resolver.store.record_contents import RecordContents, encode_contents
from resolver.store.record_queries import RecordRows
from resolver.store.sessions import ApiKey, Session, Sessions
from resolver.store.steward_work import NewDecision
from resolver.store.store import Store
from resolver.store.users import LockedError, User, UserRole, Users
from resolver.store.verdicts import (
    HitVerdict,
    StoredVerdict,
    VerdictEvidence,
    Verdicts,
    VerdictSubject,
)
from resolver.store.waiting_queue import QueueFilter, WaitingRow

__all__ = [
    "Acceptance",
    "ApiKey",
    "AuditEvent",
    "AuditFault",
    "AuditHead",
    "AuditProof",
    "Commit",
    "ContactCase",
    "ContactCases",
    "ContactState",
    "EntityEvent",
    "EventKind",
    "Feed",
    "FeedLeaseError",
    "FeedRun",
    "Feeds",
    "HitVerdict",
    "Job",
    "JobState",
    "Jobs",
    "LaterChanges",
    "LeaseError",
    "LinkColor",
    "LinkRows",
    "LinkTable",
    "ListCommit",
    "LockedError",
    "NewDecision",
    "NewFeed",
    "OutdatedError",
    "QueueFilter",
    "RecordContents",
    "RecordRows",
    "RevisionRow",
    "RunOutcome",
    "Session",
    "Sessions",
    "SourceAnswers",
    "Store",
    "StoreHead",
    "StoreView",
    "StoredDecision",
    "StoredEntity",
    "StoredRecord",
    "StoredSource",
    "StoredVerdict",
    "User",
    "UserRole",
    "Users",
    "VerdictEvidence",
    "VerdictSubject",
    "Verdicts",
    "Versions",
    "WaitingRow",
    "backup",
    "contact_reference",
    "encode_contents",
    "parse_utc_text",
    "read_reference",
    "record_tag",
    "restore",
    "utc_text",
]
