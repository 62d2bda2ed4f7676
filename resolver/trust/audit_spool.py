"""What was looked up and is not in the store yet, in a file: a process that is killed takes nothing with it.

A row is handed to the operating system before its answer leaves, and so survives the process (not the machine: what was
not synced when the power fails, the last tenth of a second, is lost). Rows that are in the store are cut off. Whoever
starts next puts what others have left into the store, each row once.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson

from resolver.store import Store
from resolver.store.row_types import utc_text

_SUFFIX = ".looks"
_LARGE = 4 * 1024 * 1024
"""Bytes from which on a file is written anew when rows still wait."""
_MOST = 1_000_000
Row = Mapping[str, Any]


def stamped(row: Row) -> Row:
    """A row with its time, now."""
    return {"at": utc_text(), **row}


class Spool:
    """The file of one process. Safe to use from several threads. Raises `OSError` where there can be none."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}"
        # whoever holds the lock is alive
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._lock = threading.Lock()
        self._size = 0

    def add(self, row: Row) -> None:
        """Hand over a row. Raises `OSError`."""
        with self._lock:
            self._write([row])

    def keep(self, rows: Iterable[Row]) -> None:
        """Cut off what is in the store: all but some rows, which are those added last."""
        with self._lock:
            waiting = list(rows)
            if not waiting or self._size > _LARGE:
                os.ftruncate(self._file, 0)
                self._size = 0
                self._write(waiting)

    def _write(self, rows: Sequence[Row]) -> None:
        if rows:
            data = b"".join(orjson.dumps(row) + b"\n" for row in rows)
            if os.write(self._file, data) != len(data):
                raise OSError("the file of looks is cut short")
            self._size += len(data)

    def close(self, *, remove: bool) -> None:
        """Let go of the file."""
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self._file)


def recover(folder: Path, store: Store) -> int:
    """Put into the store what killed processes have left; how many rows. Raises `StoreError`."""
    found = 0
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        with _left(path) as file:
            if file is not None:
                rows = _missing(_rows(file), store)
                store.access.log(rows)
                path.unlink(missing_ok=True)
                found += len(rows)
    return found


@contextmanager
def _left(path: Path) -> Iterator[int | None]:
    """The open file, where nobody alive holds it."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        yield None
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # whoever held it until now may have removed it
        yield file if path.exists() else None
    except BlockingIOError:
        yield None
    finally:
        os.close(file)


def _rows(file: int) -> list[dict[str, Any]]:
    rows = []
    with os.fdopen(os.dup(file), "rb") as lines:
        for line in lines:
            # the last may have been cut by a full disk
            with suppress(orjson.JSONDecodeError):
                rows.append(orjson.loads(line))
    return rows


def _missing(rows: Sequence[dict[str, Any]], store: Store) -> list[dict[str, Any]]:
    """Those that the store does not have."""
    if not rows:
        return []
    first, last = min(row["at"] for row in rows), max(row["at"] for row in rows)
    held = {
        _mark(one.at, one.request_id, one.action, one.query)
        for one in store.access.consultations(since=first, limit=_MOST)
        if one.at <= last
    }
    missing = []
    for row in rows:
        mark = _mark(row["at"], row["request_id"], row["action"], row["query"])
        # one may stand twice in a file that was written anew while it was added
        if mark not in held:
            held.add(mark)
            missing.append(row)
    return missing


def _mark(
    at: str, request: str, action: str, query: Mapping[str, Any]
) -> tuple[str, str, str, bytes]:
    return at, request, action, orjson.dumps(dict(query), option=orjson.OPT_SORT_KEYS)
