"""Audit spool: rows survive a kill, and no file of another process is touched."""

from __future__ import annotations

import errno
import multiprocessing
import os
from pathlib import Path

import orjson
import pytest

from resolver.store import Store
from resolver.trust import audit_spool
from resolver.trust.audit_spool import AuditSpool, add_timestamp, recover_spools


def row(number: int) -> dict[str, object]:
    return {
        **add_timestamp({}),
        "who": "border",
        "agency": "Coast",
        "action": "check",
        "purpose": "",
        "request_id": f"r-{number}",
        "version": 1,
        "model": "m",
        "query": {"name": number},
        "answer": {},
    }


def written(folder: Path) -> list[str]:
    """Request ids in all spools of a folder."""
    lines = [line for path in folder.iterdir() for line in path.read_bytes().splitlines()]
    return [orjson.loads(line)["request_id"] for line in lines]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(f"sqlite:///{tmp_path}/hub.db", create=True)


def test_rows_of_a_killed_process_are_stored_once(tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "spools"
    spool = AuditSpool(folder)
    for number in range(3):
        spool.add(row(number))
    # a living process keeps its file
    assert recover_spools(folder, store) == 0
    spool.close(remove=False)
    assert recover_spools(folder, store) == 3
    assert recover_spools(folder, store) == 0
    assert [event.request_id for event in store.audit_events.list()] == ["r-0", "r-1", "r-2"]
    assert list(folder.iterdir()) == []


def test_a_large_spool_keeps_the_rows_that_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_spool, "_MAX_BYTES", 1_000)
    spool = AuditSpool(tmp_path)
    rows = [row(number) for number in range(20)]
    for item in rows:
        spool.add(item)
    spool.keep_only(rows[15:])
    assert written(tmp_path) == [f"r-{number}" for number in range(15, 20)]
    spool.add(row(20))
    assert written(tmp_path)[-1] == "r-20"
    spool.keep_only([])
    assert written(tmp_path) == []
    spool.close(remove=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("length", [0, 10])
def test_a_row_that_does_not_fit_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    spool = AuditSpool(tmp_path)
    spool.add(row(1))
    real = os.write

    def write(file: int, data: bytes) -> int:
        if not length:
            raise OSError(errno.ENOSPC, "no space left on device")
        return real(file, data[:length])

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match="disk may be full"):
        spool.add(row(2))
    monkeypatch.setattr(os, "write", real)
    spool.add(row(3))
    assert written(tmp_path) == ["r-1", "r-3"]


def test_a_full_disk_loses_no_row_when_the_spool_is_rewritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_spool, "_MAX_BYTES", 10)
    spool = AuditSpool(tmp_path)
    rows = [row(number) for number in range(4)]
    for item in rows:
        spool.add(item)

    def refuse(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "write", refuse)
        with pytest.raises(OSError, match="disk may be full"):
            spool.keep_only(rows[2:])
    assert written(tmp_path) == ["r-0", "r-1", "r-2", "r-3"]


def test_a_forked_process_leaves_the_file_of_its_parent(tmp_path: Path) -> None:
    spool = AuditSpool(tmp_path)
    spool.add(row(1))
    child = multiprocessing.get_context("fork").Process(target=spool.close, kwargs={"remove": True})
    child.start()
    child.join()
    assert written(tmp_path) == ["r-1"]


def test_only_the_owner_may_read_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "spools"
    AuditSpool(folder).close(remove=True)
    assert folder.stat().st_mode & 0o077 == 0
