"""Administration of a store: status, backups, jobs, API keys, sources, and users of the desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from resolver.errors import InputError, StoreError
from resolver.records.packing import named_fields
from resolver.records.properties import HANDLING
from resolver.records.visibility import is_source_name
from resolver.store import (
    ApiKey,
    JobState,
    SourceAnswers,
    Store,
    backup,
    parse_utc_text,
    restore,
    utc_text,
)
from resolver.store import AuditEvent as AuditEvent
from resolver.store import LockedError as LockedError
from resolver.store import RevisionRow as RevisionRow
from resolver.store import Session as Session
from resolver.store import StoredSource as StoredSource
from resolver.store import StoreView as StoreView
from resolver.store import User as User
from resolver.store import UserRole as UserRole
from resolver.store.backup import read_backup_key
from resolver.store.database import whole_database
from resolver.store.sessions import PROVIDER as PROVIDER
from resolver.store.sessions import SecurityKey as SecurityKey
from resolver.store.users import MAX_PASSWORD_LENGTH as MAX_PASSWORD_LENGTH
from resolver.store.users import MIN_PASSWORD_LENGTH as MIN_PASSWORD_LENGTH

BATCH_JOB = "batch"
"""Kind of the jobs that commit a submitted batch."""
REFRESH_JOB = "refresh"
"""Kind of the jobs that measure the population of a store anew and resolve its records in it."""
MISSING, TOO_OLD = "missing", "too old"
"""Faults of a source, by the rules that were set for it."""
_CLOCK_SKEW = timedelta(minutes=10)
"""Difference between the clocks of two machines that is not treated as a fault."""


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Figures of a store, with the plan and model of its resolution, and its sources."""

    revision: int
    plan: str
    model: str
    records: int
    entities: int
    waiting_pairs: int
    sources: tuple[StoredSource, ...]


def load_status(url: str) -> StoreStatus:
    """Return the status of the store at a URL. Raises `StoreError`."""
    with Store.open(url, create=False) as store, store.view() as view:
        _, entity = view.all_members()
        return StoreStatus(
            view.revision,
            view.head.plan,
            view.head.stamp.get("model", ""),
            len(entity),
            len(np.unique(entity)),
            view.queue_length(),
            tuple(view.sources(counted=True)),
        )


def backup_store(url: str, out: Path, sign_key: Path | None = None) -> int:
    """Write a store into a file; return the number of rows. Raises `StoreError`, `OSError`.

    `sign_key`: file with the key that signs the backup.
    """
    key = b"" if sign_key is None else read_backup_key(sign_key)
    with Store.open(url, create=False) as store:
        return backup(store, out, sign_key=key)


def list_batches(url: str, limit: int) -> list[dict[str, Any]]:
    """Return the newest submitted batches and refreshes. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        return [
            {
                "id": job.id,
                "state": str(job.state),
                "label": job.params.get("label", ""),
                "agency": job.agency,
                "created": job.created,
                "error": job.error,
            }
            for job in store.jobs.list(limit=limit)
            if job.kind in (BATCH_JOB, REFRESH_JOB)
        ]


def accept_held_batch(url: str, job_id: str, user: str) -> None:
    """Let a held batch be committed.

    Raises `InputError` if the batch is not held, and `StoreError` if the store cannot be used.
    """
    with Store.open(url, create=False) as store:
        _check_held(store, job_id, "accepted")
        store.jobs.accept(job_id, user)


def reject_held_batch(url: str, job_id: str) -> None:
    """Cancel a held batch. Raises the errors of `accept_held_batch`."""
    with Store.open(url, create=False) as store:
        _check_held(store, job_id, "rejected")
        store.jobs.cancel(job_id)


def _check_held(store: Store, job_id: str, act: str) -> None:
    job = store.jobs.get(job_id)
    if job.state is not JobState.HELD:
        raise InputError(f"the batch is {job.state}; only held batches can be {act}", place=job_id)


@dataclass(frozen=True, slots=True)
class ApiKeySummary:
    """Public facts of an API key. `state`: good, expired or revoked. `expires` is empty if the
    key has no end.
    """

    name: str
    agency: str
    scopes: tuple[str, ...]
    created: str
    expires: str
    state: str

    @property
    def days_left(self) -> int | None:
        """Return the whole days until a good key expires, or None."""
        if self.state != "good" or not self.expires:
            return None
        return max(0, (parse_utc_text(self.expires) - datetime.now(UTC)).days)


KEY_NOTICE_DAYS = 14
"""Admins are told of a key from this number of days before its end on, so that they can replace it
in time.
"""


def create_key(
    url: str, name: str, agency: str, scopes: Sequence[str], expires: datetime | None = None
) -> str:
    """Create an API key in a store; return its secret, which cannot be shown again.

    `expires`: end of its validity (None: without end). Raises `StoreError`.
    """
    if expires is not None and expires <= datetime.now(UTC):
        raise StoreError(
            f"the key would end on {expires:%Y-%m-%d}, which has passed", hint="state a later day"
        )
    text = None if expires is None else utc_text(expires)
    with Store.open(url) as store:
        return store.api_keys.create(name, agency, scopes, expires=text)


def find_ending_keys(store: Store) -> list[ApiKeySummary]:
    """Return the good API keys that expire within `KEY_NOTICE_DAYS`, the next one first."""
    keys = [
        key
        for key in summarize_keys(store)
        if key.days_left is not None and key.days_left < KEY_NOTICE_DAYS
    ]
    return sorted(keys, key=lambda key: key.expires)


def summarize_keys(store: Store) -> list[ApiKeySummary]:
    """Return the API keys of a store, by name."""
    return [_summarize_key(key) for key in store.api_keys.list()]


def find_key(store: Store, secret: str) -> ApiKeySummary | None:
    """Return the API key of a secret, or None. The key may be expired or revoked."""
    key = store.api_keys.find(secret)
    return None if key is None else _summarize_key(key)


def is_expired(key: ApiKey | ApiKeySummary) -> bool:
    """Return whether a key has expired."""
    return bool(key.expires and key.expires <= utc_text())


def _summarize_key(key: ApiKey) -> ApiKeySummary:
    state = "revoked" if key.revoked else "expired" if is_expired(key) else "good"
    return ApiKeySummary(key.name, key.agency, key.scopes, key.created, key.expires or "", state)


def list_keys(url: str) -> list[ApiKeySummary]:
    """Return the API keys of the store at a URL, by name. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        return summarize_keys(store)


def revoke_key(url: str, name: str) -> None:
    """Revoke an API key. Raises `StoreError` if there is no key of that name."""
    with Store.open(url, create=False) as store:
        store.api_keys.revoke(name)


def restore_store(
    path: Path,
    url: str,
    *,
    with_accounts: bool = False,
    verify_key: Path | None = None,
    warn: Callable[[str], None] | None = None,
    complete: Callable[[Store], object] | None = None,
) -> int:
    """Restore a store from a backup; return its revision. Raises `InputError`, `StoreError`.

    `verify_key`: file with the key that the backup must have been signed with. `complete` is called
    with the restored store before anybody else can use it. For other records, see
    `resolver.store.restore`.
    """
    key = b"" if verify_key is None else read_backup_key(verify_key)
    if not path.is_file():
        raise InputError(
            "there is no such file",
            place=str(path),
            hint="name a file that `resolver backup` has written",
        )
    with whole_database(url) as place, Store.open(place) as store:
        revision = restore(path, store, with_accounts=with_accounts, verify_key=key, warn=warn)
        if complete is not None:
            complete(store)
            revision = store.revision
    return revision


def list_sources(url: str) -> list[dict[str, Any]]:
    """Return the sources of a store by name, each with its `fault` (see `source_fault`).

    Raises `StoreError`.
    """
    with Store.open(url, create=False) as store, store.view() as view:
        return [
            {**_to_row(source), "fault": source_fault(view, source)}
            for source in view.sources(counted=True)
        ]


def _to_row(source: StoredSource) -> dict[str, Any]:
    row = {name: value for name, value in asdict(source).items() if name != "number"}
    return row | {"handling": named_fields(HANDLING, source.handling)}


def source_fault(view: StoreView, source: StoredSource) -> str:
    """Return the fault of a source: `MISSING`, `TOO_OLD`, or an empty text."""
    if source.required and not view.has_records(source):
        return MISSING
    days = source.maximum_age_days
    if days is not None and not (source.updated and _is_recent(source.updated, days)):
        return TOO_OLD
    return ""


def _is_recent(updated: str, days: int) -> bool:
    """Return whether a time is at most some days ago.

    If a list was committed while the clock was ahead, its age is unknown.
    """
    age = datetime.now(UTC) - parse_utc_text(updated)
    return -_CLOCK_SKEW <= age <= timedelta(days)


def update_source(
    url: str,
    name: str,
    *,
    agency: str | None = None,
    title: str | None = None,
    maximum_age_days: int | None = None,
    required: bool | None = None,
    handling: str | None = None,
    answers: str | None = None,
    least_query: str | None = None,
) -> bool:
    """Change the given facts of a source; return whether the source is new.

    `agency`: new owner (empty: the hub); `maximum_age_days`: 0 for no limit; `handling`: packed,
    empty for none; `answers`, `least_query`: see `StoredSource`. Raises `InputError` for a name
    that no source may have and for a source without an agency that is not open, `StoreError`.
    """
    changes: dict[str, Any] = {
        **{"title": title, "required": required, "handling": handling},
        **{"answers": answers, "least_query": least_query},
    }
    changes = {key: value for key, value in changes.items() if value is not None}
    if agency is not None:
        changes |= {"agency": agency.strip(), "keeper": ""}
    if maximum_age_days is not None:
        changes["maximum_age_days"] = maximum_age_days or None
    with Store.open(url, create=False) as store:
        with store.view() as view:
            found = next((source for source in view.sources() if source.name == name), None)
        is_new = found is None
        stated = SourceAnswers.OPEN if found is None else found.answers
        owner = "" if found is None else found.agency
        if (answers or stated) != SourceAnswers.OPEN and not changes.get("agency", owner):
            raise InputError(
                f"the source {name[:60]} belongs to no agency, so it can only be open",
                hint="name the agency that others shall ask",
            )
        if is_new and not is_source_name(name):
            raise InputError(
                f"no source can be called {name[:60]!r}", hint="use letters, digits, . _ -"
            )
        store.describe_source(name, create=True, **changes)
    return is_new


ROLES = tuple(role.label for role in UserRole)
FIRST_ADMIN = "admin"
"""Name of the user whom a sign-in link admits if a store has no users yet."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """Public facts of a user. `state`: good, disabled, or without password."""

    name: str
    role: str
    agency: str
    created: str
    state: str


def summarize_user(user: User) -> UserRow:
    """Return the public facts of a user."""
    can_sign_in = user.has_password or user.subject
    state = "disabled" if user.disabled else "good" if can_sign_in else "without password"
    return UserRow(user.name, user.role.label, user.agency, user.created, state)


def has_users(store: Store) -> bool:
    """Return whether the desk has users; the first admin counts once it has a password, or signs in
    through an identity provider.
    """
    return store.users.has_passwords() or any(
        user.name != FIRST_ADMIN or user.subject for user in store.users.list()
    )


def add_desk_user(url: str, name: str, role: str, agency: str, password: str | None) -> User:
    """Add a user to a store, which is created if absent. Raises `StoreError`."""
    with Store.open(url) as store:
        return store.users.add(name, UserRole.from_label(role), agency, password)


def list_desk_users(url: str) -> list[UserRow]:
    """Return the users of a store, by name. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        return [summarize_user(user) for user in store.users.list()]


def change_desk_user(
    url: str,
    name: str,
    *,
    role: str | None = None,
    agency: str | None = None,
    password: str | None = None,
    disabled: bool | None = None,
) -> User:
    """Change the given facts of a user. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        user = store.users.get(name)
        if role is not None:
            user = store.users.set_role(name, UserRole.from_label(role))
        if agency is not None:
            user = store.users.set_agency(name, agency)
        if password is not None:
            user = store.users.set_password(name, password)
        if disabled is not None:
            user = store.users.disable(name) if disabled else store.users.enable(name)
        return user


SESSION_IDLE_SECONDS = 3_600
"""Seconds without use after which a session of the desk ends."""


def list_sessions(url: str, name: str) -> list[Session]:
    """Return the sessions of a user, the one that was used last first. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        return find_sessions(store, store.users.get(name))


def find_sessions(store: Store, user: User) -> list[Session]:
    """Return the sessions of a user, the one that was used last first."""
    return store.sessions.of_user(user, idle=timedelta(seconds=SESSION_IDLE_SECONDS))


def end_sessions(url: str, name: str, session_id: str = "") -> int:
    """End all sessions of a user, or one session; return how many sessions ended. Raises
    `StoreError`.
    """
    with Store.open(url, create=False) as store:
        return store.sessions.end_of(store.users.get(name), session_id)


def remove_security_keys(url: str, name: str) -> int:
    """Remove the security keys of a user, and end the sessions; return the number of keys.

    Raises `StoreError`.
    """
    with Store.open(url, create=False) as store:
        return reset_security_keys(store, store.users.get(name))


def reset_security_keys(store: Store, user: User) -> int:
    """Remove the security keys of a user, and end the sessions; return the number of keys."""
    count = store.security_keys.remove(user)
    store.sessions.end_of(user)
    return count


def get_or_create_first_admin(store: Store) -> User:
    """Return the user of a sign-in link: the admin, who has no password; the admin is created if
    absent.

    Raises `StoreError` if a user has a password already.
    """
    user = store.users.find(FIRST_ADMIN)
    return user if user is not None else store.users.add(FIRST_ADMIN, UserRole.ADMIN)
