"""What an operator does with a store as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from resolver.errors import InputError
from resolver.store import Source, Store, backup, restore


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


def restore_store(path: Path, url: str) -> int:
    """Make a store from a backup; its version. Raises `InputError` where there is no such file, `StoreError`."""
    if not path.is_file():
        raise InputError(
            "there is no such file", where=str(path), mend="name a file that `resolver backup` has written"
        )
    with Store.open(url) as store:
        return restore(path, store)
