"""What an operator does with a store as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from resolver.errors import InputError, StoreError
from resolver.records.source_names import is_source_name
from resolver.store import ApiKey, JobState, Store, View, backup, moment_of, restore, utc_text
from resolver.store import Source as Source

BATCH = "batch"
"""The kind of job that a submitted list is."""
MISSING, TOO_OLD = "missing", "too old"
"""What may be wrong with a source, after what was asked of it."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a store holds: versions, counts, what it was resolved under, its sources."""

    version: int
    plan: str
    model: str
    records: int
    entities: int
    waiting: int
    sources: tuple[Source, ...]


def status(url: str) -> Status:
    """Look at a store. Raises `StoreError`."""
    with Store.open(url, create=False) as store, store.view() as view:
        _, entity = view.all_members()
        return Status(
            view.version,
            view.head.plan,
            view.head.stamp.get("model", ""),
            len(entity),
            len(np.unique(entity)),
            view.queue_length(),
            tuple(view.sources(counted=True)),
        )


def backup_store(url: str, out: Path) -> int:
    """Write a store into a file; the number of rows. Raises `StoreError`, `OSError`."""
    with Store.open(url, create=False) as store:
        return backup(store, out)


def list_batches(url: str, limit: int) -> list[dict[str, Any]]:
    """The newest batches that were submitted. Raises `StoreError`."""
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
            for job in store.jobs.list(kind=BATCH, limit=limit)
        ]


def accept_batch(url: str, job_id: str, who: str) -> None:
    """Let a batch that is held back land. Raises `InputError` where it is not held, `StoreError`."""
    with Store.open(url, create=False) as store:
        job = store.jobs.get(job_id)
        if job.state is not JobState.HELD:
            raise InputError(
                f"the batch is {job.state}: only what is held can be accepted", where=job_id
            )
        store.jobs.accept(job_id, who)


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as it is known. `state`: good, expired or revoked."""

    name: str
    agency: str
    scopes: tuple[str, ...]
    created: str
    expires: str
    state: str


def create_key(
    url: str, name: str, agency: str, scopes: Sequence[str], days: int | None = None
) -> str:
    """Make an API key in a store; its secret, shown this once. `days`: for how long it is good. Raises `StoreError`."""
    expires = None if days is None else utc_text(datetime.now(UTC) + timedelta(days=days))
    with Store.open(url) as store:
        return store.access.create_key(name, agency, scopes, expires=expires)


def keys_of(store: Store) -> list[Key]:
    """The API keys of a store, by name."""
    return [_key(one) for one in store.access.list_keys()]


def key_of(store: Store, secret: str) -> Key | None:
    """The API key of a secret, or None where there is none that is good."""
    found = store.access.find_key(secret)
    return None if found is None else _key(found)


def _key(one: ApiKey) -> Key:
    state = (
        "revoked"
        if one.revoked
        else "expired"
        if one.expires and one.expires <= utc_text()
        else "good"
    )
    return Key(one.name, one.agency, one.scopes, one.created, one.expires or "", state)


def list_keys(url: str) -> list[Key]:
    """The same, of the store at a URL. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        return keys_of(store)


def revoke_key(url: str, name: str) -> None:
    """Make an API key useless. Raises `StoreError` where there is none of that name."""
    with Store.open(url, create=False) as store:
        store.access.revoke_key(name)


def restore_store(path: Path, url: str) -> int:
    """Make a store from a backup; its version. Raises `InputError` where there is no such file, `StoreError`."""
    if not path.is_file():
        raise InputError(
            "there is no such file",
            where=str(path),
            mend="name a file that `resolver backup` has written",
        )
    new = not _is_there(url)
    with Store.open(url) as store:
        try:
            return restore(path, store)
        except StoreError:
            if new and store.path is not None:
                # nor is there an empty store then
                for name in ("", "-wal", "-shm", "-journal", "-landing"):
                    Path(f"{store.path}{name}").unlink(missing_ok=True)
            raise


def _is_there(url: str) -> bool:
    try:
        Store.open(url, create=False).close()
    except StoreError:
        return False
    return True


def list_sources(url: str) -> list[dict[str, Any]]:
    """The sources of a store as they are listed, by name: what is kept of each, and its `fault` (`fault_of`).
    Raises `StoreError`."""
    with Store.open(url, create=False) as store, store.view() as view:
        return [
            {**_listed(one), "fault": fault_of(view, one)} for one in view.sources(counted=True)
        ]


def _listed(source: Source) -> dict[str, Any]:
    return {name: value for name, value in asdict(source).items() if name != "number"}


def fault_of(view: View, source: Source) -> str:
    """What is wrong with a source: `MISSING`, `TOO_OLD`, or nothing (an empty text)."""
    if source.required and not view.holds_any(source):
        return MISSING
    days = source.maximum_age_days
    if days is not None and (
        not source.updated or datetime.now(UTC) - moment_of(source.updated) > timedelta(days)
    ):
        return TOO_OLD
    return ""


def set_source(
    url: str,
    name: str,
    *,
    agency: str | None = None,
    title: str | None = None,
    maximum_age_days: int | None = None,
    required: bool | None = None,
) -> bool:
    """Say what is given of a source (`agency`: whose it is from now on, empty: the hub's; `maximum_age_days`: 0 for
    none); whether it was unknown before. Raises `InputError` for a name no source may have, `StoreError`."""
    said: dict[str, Any] = {"title": title, "required": required}
    said = {key: value for key, value in said.items() if value is not None}
    if agency is not None:
        said |= {"agency": agency.strip(), "keeper": ""}
    if maximum_age_days is not None:
        said["maximum_age_days"] = maximum_age_days or None
    with Store.open(url, create=False) as store:
        with store.view() as view:
            new = all(one.name != name for one in view.sources())
        if new and not is_source_name(name):
            raise InputError(
                f"no source can be called {name[:60]!r}", mend="use letters, digits, . _ -"
            )
        store.describe_source(name, create=True, **said)
    return new
