"""Audit spool: a file of audit events that are not in the store yet, and audit events of commands.

The program hands a row to the operating system before it sends its answer, so the row survives a
kill of the process. It does not survive a power failure: events of the last tenth of a second are
lost. Rows that are in the store are removed from the file. The next process that starts puts the
rows of other processes into the store, each once.

Commands that read records out of a store, or change it, write audit events, too.
"""

from __future__ import annotations

import errno
import fcntl
import math
import os
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from resolver.store import Store
from resolver.store.database import utc_text

_SUFFIX = ".looks"
_MAX_BYTES = 4 * 1024 * 1024
"""Size from which a file is rewritten while rows still wait."""
_MAX_EVENTS = 1_000_000
Row = Mapping[str, Any]


def add_timestamp(row: Row) -> Row:
    """Return a row with the present time."""
    return {"at": utc_text(), **row}


class AuditSpool:
    """Spool of one process: one file, which is replaced by another when it is rewritten.

    Safe to use from several threads; a forked process does not touch it. Raises `OSError` if the
    file cannot be created.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._owner = folder, os.getpid()
        self._lock = threading.Lock()
        self._size = 0
        self.path, self._file = self._create()

    def _create(self) -> tuple[Path, int]:
        path = self._folder / f"{self._owner}-{secrets.token_hex(4)}{_SUFFIX}"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        # a process that holds the lock is alive
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file).st_nlink == 0:
            # another process took this file for the file of a killed process, and removed it
            os.close(file)
            return self._create()
        return path, file

    def add(self, row: Row) -> None:
        """Append a row. Raises `OSError` if it is not completely in the file."""
        with self._lock:
            self._size += _write(self._file, [row], self._size)

    def keep_only(self, rows: Iterable[Row]) -> None:
        """Remove the rows that are in the store: all but `rows`, which were added last.

        Raises `OSError` if rows cannot be written again; then all of them are kept.
        """
        with self._lock:
            waiting = list(rows)
            if not waiting:
                os.ftruncate(self._file, 0)
                self._size = 0
            elif self._size > _MAX_BYTES:
                self._rewrite(waiting)

    def _rewrite(self, rows: Sequence[Row]) -> None:
        """Put rows into a new file before the old file is removed."""
        path, file = self._create()
        try:
            size = _write(file, rows, 0)
        except OSError:
            path.unlink(missing_ok=True)
            os.close(file)
            raise
        old_path, old_file = self.path, self._file
        self.path, self._file, self._size = path, file, size
        old_path.unlink(missing_ok=True)
        os.close(old_file)

    def close(self, *, remove: bool) -> None:
        """Close the file; remove it if `remove` is true and this process created it."""
        if remove and os.getpid() == self._owner:
            self.path.unlink(missing_ok=True)
        os.close(self._file)


def _write(file: int, rows: Sequence[Row], size: int) -> int:
    """Append rows to a file of `size` bytes; return their bytes.

    Raises `OSError` if they do not fit; then none of them is in the file.
    """
    data = b"\n".join([*map(orjson.dumps, rows), b""])
    try:
        written = os.write(file, data)
    except OSError:
        written = -1
    if written != len(data):
        with suppress(OSError):
            os.ftruncate(file, size)
        raise OSError(errno.ENOSPC, "the audit spool is cut short: the disk may be full")
    return written


def recover_spools(folder: Path, store: Store) -> int:
    """Put rows of killed processes into the store; return their number. Raises `StoreError`."""
    count = 0
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        with _open_abandoned(path) as file:
            if file is not None:
                rows = _find_missing(_rows(file), store)
                store.audit_events.append(rows)
                path.unlink(missing_ok=True)
                count += len(rows)
    return count


@contextmanager
def _open_abandoned(path: Path) -> Iterator[int | None]:
    """Open a spool, and yield it unless a living process holds its lock."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        yield None
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # the process that held the lock may just have removed the file
        yield file if path.exists() else None
    except BlockingIOError:
        yield None
    finally:
        os.close(file)


def _rows(file: int) -> list[dict[str, Any]]:
    rows = []
    with os.fdopen(os.dup(file), "rb") as lines:
        for line in lines:
            # a full disk may have cut the last line
            with suppress(orjson.JSONDecodeError):
                rows.append(orjson.loads(line))
    return rows


def _find_missing(rows: Sequence[dict[str, Any]], store: Store) -> list[dict[str, Any]]:
    """Return the rows that the store does not have."""
    if not rows:
        return []
    first, last = min(row["at"] for row in rows), max(row["at"] for row in rows)
    stored = {
        _event_key(event.at, event.request_id, event.action, event.query)
        for event in store.audit_events.list(since=first, limit=_MAX_EVENTS)
        if event.at <= last
    }
    missing = []
    for row in rows:
        key = _event_key(row["at"], row["request_id"], row["action"], row["query"])
        # a row may occur twice in a file that was rewritten while the row was added
        if key not in stored:
            stored.add(key)
            missing.append(row)
    return missing


def _event_key(
    at: str, request: str, action: str, query: Mapping[str, Any]
) -> tuple[str, str, str, bytes]:
    return at, request, action, orjson.dumps(dict(query), option=orjson.OPT_SORT_KEYS)


ACTION = "command"
"""Action of these events in the audit log."""
_MAX_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class CommandAccess:
    """Access by a command of the system account `account`.

    `arguments`: arguments that selected the records. `records`: number of records; None for all
    records of the store.
    """

    account: str
    purpose: str
    command: str
    arguments: Mapping[str, Any]
    records: int | None


def log_command(store: Store, access: CommandAccess) -> None:
    """Log an access before anything is shown.

    Raises `StoreError` if the event is not durable; then nothing may be shown.
    """
    store.audit_events.append([command_event(store, access)])


def command_event(store: Store, access: CommandAccess) -> dict[str, Any]:
    """Return the audit event of an access by a command."""
    with store.view() as view:
        revision, model = view.revision, view.head.stamp.get("model", "")
        records = access.records
        if records is None:
            records = sum(source.records for source in view.sources(counted=True))
    return {
        "who": access.account,
        "agency": "",
        "action": ACTION,
        "purpose": _bounded(access.purpose),
        "request_id": "",
        "version": revision,
        "model": model,
        "query": {
            "command": access.command,
            **{name: _bounded(value) for name, value in access.arguments.items()},
        },
        "answer": {"records": records},
    }


def log_command_at(url: str, access: CommandAccess, *, create: bool = False) -> None:
    """Log an access to the store at a URL; with `create`, the store is created if absent. Raises
    `StoreError`.
    """
    with Store.open(url, create=create) as store:
        log_command(store, access)


def _bounded(value: Any) -> Any:
    """Return a value with texts and numbers that every database and backup can store."""
    if isinstance(value, str):
        # arguments in another encoding than the terminal's contain lone surrogates
        return value[:_MAX_TEXT].encode("utf-8", "replace").decode()
    if isinstance(value, (list, tuple)):
        return [_bounded(part) for part in value]
    is_odd = isinstance(value, float) and not math.isfinite(value)
    if is_odd or (isinstance(value, int) and not -(2**63) <= value < 2**63):
        return str(value)
    return value
