"""The store: records, entities, links, decisions, jobs and audit, on SQLite (WAL) or PostgreSQL through one code.

Contract:

- **One version.** The store has a whole-numbered version, one more per landing. Derived rows (`records`, `members`,
  `links`) carry the versions from and to which they held; nothing is overwritten. `Store.view()` reads one moment,
  `Store.view(version)` an earlier one.
- **Landings are whole.** A composer (`resolver.engines.incremental`) works outside of any transaction on what a view
  shows, then calls `Store.land(Landing(base=view.version, …))`. Either all of it is there, or nothing: a killed run
  leaves no trace. Where another landing came between, `OutdatedError` is raised, and the composer works again on what
  changed.
- **Records are immutable.** A new version of a record ends the one before (`valid_to`); `record_versions` gives all.
- **Entities keep their ids.** `View.entity` takes an entity's id, a retired id (it redirects) or a record id.
  `View.changes(since)` is the change feed, `View.history(id)` an entity's events.
- **Decisions are a log.** They are only ever added (`Landing.decisions`), and count from the landing they came with;
  undoing one is adding another. What a decision changes lands with it: decide through
  `resolver.engines.incremental.decide`, never by writing rows.
- **Jobs** (`Store.jobs`) are leased and kept alive by a heartbeat; **API keys** and the log of **consultations** are in
  `Store.access`; **users** and **sessions** of the steward's desk in `Store.users` and `Store.sessions`.
- The store imports records, errors and settings only; it knows no stage. Errors are `StoreError`.

The tables are in `schema`; a change of them is a migration in `migrations/versions`.
"""

from resolver.store.accounts.api_keys import ApiKey, Consultation
from resolver.store.accounts.sessions import Session, Sessions
from resolver.store.accounts.users import (
    LockedError,
    Role,
    User,
    Users,
)
from resolver.store.backup import backup, restore
from resolver.store.commit import (
    Landing,
    LinkRows,
    ListLanding,
    OutdatedError,
)
from resolver.store.desk.decision_log import NewDecision
from resolver.store.desk.waiting_pairs import Sieve, WaitingRow
from resolver.store.jobs import Job, Jobs, JobState, LeaseError
from resolver.store.record_contents import Contents, contents_of
from resolver.store.row_types import (
    Change,
    Colour,
    EventKind,
    Head,
    Source,
    StoredDecision,
    StoredEntity,
    StoredLink,
    StoredRecord,
    VersionRow,
    moment_of,
    utc_text,
)
from resolver.store.store import Store
from resolver.store.views.view import LinkTable, RecordRows, View

__all__ = [
    "ApiKey",
    "Change",
    "Colour",
    "Consultation",
    "Contents",
    "EventKind",
    "Head",
    "Job",
    "JobState",
    "Jobs",
    "Landing",
    "LeaseError",
    "LinkRows",
    "LinkTable",
    "ListLanding",
    "LockedError",
    "NewDecision",
    "OutdatedError",
    "RecordRows",
    "Role",
    "Session",
    "Sessions",
    "Sieve",
    "Source",
    "Store",
    "StoredDecision",
    "StoredEntity",
    "StoredLink",
    "StoredRecord",
    "User",
    "Users",
    "VersionRow",
    "View",
    "WaitingRow",
    "backup",
    "contents_of",
    "moment_of",
    "restore",
    "utc_text",
]
