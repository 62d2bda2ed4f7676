"""Erasure of records: every table and file that holds their values is rewritten or removed, and
then searched.

`erase` goes through these steps. Each step can be repeated, so the next caller finishes an erasure
that a killed process began:

1. The records are withdrawn, so that the remaining records are resolved without them.
2. The tables are rewritten in one transaction (`resolver.store.erasures`), which is one revision.
3. The index of the store is removed; the next run makes it again. Files of batches, feeds and
   screenings that hold values are removed, except those of a batch that is not finished.
4. The tables are written again, so that freed space holds no values.
5. Tables, files of the database, index and files of jobs are searched. The erasure is done only if
   nothing is found. Then its values are removed from its row.

A backup that was made before still has the values. `write_erasure_list` writes the erased ids as
keyed hashes, and `apply_list` erases them in a store that was restored from such a backup.
"""

from __future__ import annotations

import gzip
import json
import lzma
import re
import shutil
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from resolver.errors import InputError, ResolverError, StoreError, pluralize
from resolver.hub.hub import Hub
from resolver.hub.ownership import HUB_OWNER, RecordOwner, check_source_owner
from resolver.hub.record_index import index_folder
from resolver.lists.io.parquet_rows import safe_batch_rows
from resolver.lists.io.source_files import PARQUET_MAGIC
from resolver.lists.reader_types import Intake
from resolver.records import Batch
from resolver.records.labels import display_text
from resolver.records.visibility import Viewer, visible_records
from resolver.screening.jobs import SCREENING_JOB
from resolver.store import JobState, Store
from resolver.store.array_files import replace_file
from resolver.store.erased_values import ByteFinder, ErasedValues, SpelledNumbers, search_forms
from resolver.store.erasures import MAX_REASON as MAX_REASON
from resolver.store.erasures import MAX_RECORDS as MAX_RECORDS
from resolver.store.erasures import Erasure as Erasure
from resolver.store.erasures import ErasureRefusedError as ErasureRefusedError
from resolver.store.erasures import ErasureState as ErasureState
from resolver.store.erasures import RetentionRule as RetentionRule
from resolver.store.record_contents import is_erased_id
from resolver.trust.audit_spool import CommandAccess, command_event, recover_spools

SPOOL_FOLDER = "looks"
"""Folder of audit spools in that of the jobs."""
_FORMAT, _FORMAT_OF_VALUES = "watchlist-resolver erasures 1", "watchlist-resolver erasures 2"
"""Formats of a list; earlier versions refuse a list with single values."""
_BYTES_AT_ONCE = 1 << 22
_DAMAGES = (
    *(EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError),
    *(RuntimeError, pa.ArrowException, InputError, ValueError, TypeError, OverflowError),
)
"""Errors of an archive that is damaged, encrypted or none."""
_NUMBER = re.compile(rb"[0-9A-Fa-f]{1,16}")
_SHOWN = 20
_RETRY_SECONDS, _LONGEST_PAUSE = 60.0, 3_600.0
"""Seconds until an erasure that is not complete is tried again; the pause doubles each time. A try
may write all tables anew, so shorter pauses would spend the time of a worker on it.
"""
_PROPOSAL_SECONDS = 3_600.0
"""Seconds between two looks for records whose time is over."""
_ROUNDS = 3
"""Number of times that tables are rewritten while others still write to them."""
_UNFINISHED = (JobState.QUEUED, JobState.RUNNING, JobState.HELD)
POSTGRESQL_NOTE = (
    "files of the database server were not read: VACUUM FULL has written its tables anew, and the "
    "server overwrites its log; archives and replicas of it keep the values"
)


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """Erasure after an attempt to carry it out. `waits`: why it is not done yet, if it is not.
    `shared`: values that were left, because other records state them as well.
    """

    erasure: Erasure
    waits: Sequence[str]
    shared: Sequence[str]


def ask_for_erasure(
    store: Store,
    ids: Sequence[str],
    reason: str,
    *,
    owner: RecordOwner = HUB_OWNER,
    who: str,
    confirmed: bool = False,
    values: Sequence[str] = (),
) -> Erasure:
    """Ask for the erasure of records, or of some of their `values` (`Erasures.ask`), if their
    owner may do so. Raises `InputError`, `OwnerError`.
    """
    with store.view() as view:
        own = view.seen_by(owner.viewer)
        check_source_owner(own, {record_id.partition(":")[0] for record_id in ids}, owner)
    return store.erasures.ask(
        ids, reason, who=who, agency=owner.agency, confirmed=confirmed, values=values
    )


def list_asked_values(
    store: Store, erasure: Erasure, ids: Sequence[str], viewer: Viewer
) -> list[tuple[str, str]]:
    """Return the property and text of each value that an erasure would take out of valid records.
    Records that the viewer may not see are left out.
    """
    is_erased = store.erasures.tells_erased(erasure)
    if is_erased is None:
        return []
    with store.view() as view:
        rows = view.records([number for number, _ in view.numbers_of(ids).values()])
    batch = visible_records(Batch.from_records(row.record for row in rows).canonical(), viewer)
    record_ids = batch.ids.to_pylist()
    return [
        (prop, display_text(prop, text))
        for prop, column in batch.columns.items()
        for row, text in zip(column.rows, column.values.take(column.codes).to_pylist(), strict=True)
        if is_erased(record_ids[row], prop, text)
    ]


def erase(hub: Hub, erasure: Erasure, jobs: Path | None = None) -> ErasureResult:
    """Carry out a confirmed erasure, or continue it.

    `jobs`: folder of the jobs of the store. Raises `StoreError`, also if the store cannot be
    resolved without the records. The erasure then stays, and the next call tries again.
    """
    store = hub.store
    if erasure.state is ErasureState.DONE:
        return ErasureResult(erasure, (), ())
    if erasure.state is not ErasureState.RUNNING:
        raise StoreError(f"the erasure is {erasure.state}", hint="another person confirms it first")
    if jobs is not None and (jobs / SPOOL_FOLDER).is_dir():
        recover_spools(jobs / SPOOL_FOLDER, store)
    rewritten, removed, left = dict[str, int](), 0, dict[str, int]()
    waits: list[str] = []
    values = store.erasures.values(erasure)
    if values.is_collected:
        # tables were rewritten before; they are rewritten again when all jobs are over
        removed, waits = _remove_files(store, jobs, values)
        if waits:
            return ErasureResult(erasure, tuple(waits), values.shared)
    for _ in range(_ROUNDS):
        for table, count in _rewrite(hub, erasure).items():
            rewritten[table] = rewritten.get(table, 0) + count
        values = store.erasures.values(erasure)
        _remove_index(hub)
        count, waits = _remove_files(store, jobs, values)
        removed += count
        failure = store.erasures.compact()
        left = store.erasures.find_left(values)
        if not left.keys() - {"consultations.purpose"}:
            break
    if waits:
        return ErasureResult(erasure, tuple(waits), values.shared)
    searched, found = _search(hub, jobs, values)
    proof: dict[str, Any] = {
        "rewritten": rewritten,
        "files_removed": removed,
        "texts": len(values.searched),
        "shared": len(values.shared),
        "short": values.short,
        "files": searched.files,
        "bytes": searched.bytes,
        "notes": [failure] if failure else [],
    }
    if store.path is None:
        proof["notes"].append(POSTGRESQL_NOTE)
    purposes = left.pop("consultations.purpose", 0)
    if purposes:
        text = f"the purpose of {purposes:,} audit events holds a value; the chain covers it"
        proof["notes"].append(text)
    found = proof["found"] = {**left, **found}
    waits += [f"{place}: {count:,} still with a value" for place, count in found.items()]
    if failure and store.path is not None:
        waits.append(failure)
    if not waits:
        erasure = store.erasures.finish(erasure, proof)
        store.erasures.compact()
    return ErasureResult(erasure, tuple(waits), values.shared)


def erase_confirmed(hub: Hub, jobs: Path | None = None) -> list[ErasureResult]:
    """Carry out all confirmed erasures that are not done. Raises `StoreError`."""
    running = hub.store.erasures.list(ErasureState.RUNNING)
    return [erase(hub, erasure, jobs) for erasure in reversed(running)]


class ErasureRunner:
    """Part of the worker: it proposes the erasures that rules of retention make due and carries out
    confirmed erasures. Erasures that must wait, for example for an unfinished batch, are tried
    again from time to time. An erasure that fails counts as an erasure that waits.
    """

    def __init__(self, hub: Hub, jobs: Path) -> None:
        self._hub, self._jobs = hub, jobs
        self._tries: dict[str, tuple[float, float]] = {}
        """For each erasure: the time of the next attempt, and the length of the next pause in
        seconds.
        """
        self._next_proposal = 0.0

    def run_due(self) -> list[ErasureResult]:
        """Carry out the erasures that are due. Raises `StoreError`."""
        results, now = [], time.monotonic()
        if self._next_proposal <= now:
            self._next_proposal = now + _PROPOSAL_SECONDS
            if self._hub.store.retention.rules():
                self._hub.store.retention.propose()
        for erasure in self._hub.store.erasures.list(ErasureState.RUNNING):
            due, pause = self._tries.get(erasure.id, (now, _RETRY_SECONDS))
            if due > now:
                continue
            self._tries[erasure.id] = (now + pause, min(2 * pause, _LONGEST_PAUSE))
            try:
                results.append(erase(self._hub, erasure, self._jobs))
            except (ResolverError, OSError) as error:
                line = error.line() if isinstance(error, ResolverError) else str(error)
                results.append(ErasureResult(erasure, (line,), ()))
        return results


def _rewrite(hub: Hub, erasure: Erasure) -> dict[str, int]:
    """Withdraw the valid records and rewrite the tables, before other processes can commit."""
    store = hub.store
    access = CommandAccess(erasure.decided_by, "", "erase", {}, len(erasure.records))
    with hub.exclusive_commits():
        values = store.erasures.values(erasure)
        with store.view() as view:
            current = sorted(view.numbers_of(values.ids))
            rows = view.records([number for number, _ in view.numbers_of(values.ids).values()])
        owner = RecordOwner(erasure.decided_by)
        if erasure.value_keys:
            # values that are being erased are taken out of all records that are added
            batch = Batch.from_records(row.record for row in rows).canonical()
            hub.add(Intake(batch, (), ()), owner=owner)
        elif current:
            hub.withdraw(current, owner=owner)
        return store.erasures.rewrite(erasure, command_event(store, access))


def _remove_index(hub: Hub) -> None:
    """Remove the files of the index; processes that have them open build new ones."""
    with hub.store.view() as view:
        folder = index_folder(hub.store, view.head.store_id, hub.index_dir)
    shutil.rmtree(folder, ignore_errors=True)


def _remove_files(store: Store, jobs: Path | None, values: ErasedValues) -> tuple[int, list[str]]:
    """Remove the files of jobs and feeds that hold values. Return their number, and a line for each
    job that is not finished.
    """
    if jobs is None or not jobs.is_dir():
        return 0, []
    folders = {str(job.params.get("folder", "")): job for job in store.jobs.list(limit=1_000_000)}
    open_jobs = {name: job for name, job in folders.items() if job.state in _UNFINISHED}
    screenings = {name for name, job in folders.items() if job.kind == SCREENING_JOB}
    removed, waits = 0, dict[str, None]()
    for path in sorted(jobs.rglob("*")):
        place = path.relative_to(jobs).parts
        # the subjects of a screening are other people, who may have the same birth date
        further = () if place[0] in screenings and not values.about else values.others
        if not path.is_file() or place[0] == SPOOL_FOLDER:
            continue
        if not _holds(path, values, further):
            continue
        if place[0] in open_jobs:
            job = open_jobs[place[0]]
            waits[f"the {job.kind} {job.id} is {job.state} and holds a value"] = None
        else:
            path.unlink(missing_ok=True)
            removed += 1
    return removed, list(waits)


@dataclass(frozen=True, slots=True)
class _Searched:
    files: int
    bytes: int


def _search(hub: Hub, jobs: Path | None, values: ErasedValues) -> tuple[_Searched, dict[str, int]]:
    """Search the files of the database, the index and the jobs. Return how many files and
    bytes were searched, and how many texts were found in each file that has any.
    """
    paths = []
    if hub.store.path is not None:
        path = Path(hub.store.path)
        paths += [path.with_name(path.name + end) for end in ("", "-wal", "-shm", "-journal")]
    with hub.store.view() as view:
        folders = [index_folder(hub.store, view.head.store_id, hub.index_dir)]
    folders += [jobs] if jobs is not None else []
    paths += [path for folder in folders for path in sorted(folder.rglob("*"))]
    files, size, found = 0, 0, dict[str, int]()
    for path in paths:
        if path.is_file():
            with suppress(OSError):
                files, size = files + 1, size + path.stat().st_size
                if count := _count_texts(path, values.searched_bytes):
                    found[path.name] = count
    return _Searched(files, size), found


def _holds(path: Path, values: ErasedValues, further: Sequence[str]) -> bool:
    """Return whether a file holds values that are erased. If the records stay, a birth date or
    another value that many have counts only in a file that names one of the records.
    """
    if not values.about:
        return bool(_count_texts(path, (*values.searched_bytes, *further), values.numbers))
    if _count_texts(path, values.searched_bytes, values.numbers):
        return True
    return bool(_count_texts(path, further) and _count_texts(path, values.about))


def _count_texts(path: Path, texts: Sequence[str], numbers: Sequence[str] = ()) -> int:
    """Return how many texts a file holds, also if it is compressed; 0 if it is gone. `numbers`
    count in every spelling.

    In a damaged archive, the content before the damage counts.
    """
    found = set[str]()
    with suppress(OSError), path.open("rb") as file:
        _scan(_parts(file), texts, numbers, found)
        file.seek(0)
        with suppress(*_DAMAGES):
            for parts in _unpack(file, path):
                _scan(parts, texts, numbers, found)
    return len(found)


def _unpack(file: BufferedReader, path: Path) -> Iterator[Iterator[bytes]]:
    """Yield the content of each compressed part of a file."""
    start = file.read(4)
    file.seek(0)
    if start[:2] == b"\x1f\x8b":
        with gzip.open(file) as content:
            yield _parts(content)
    elif start == b"PK\x03\x04":
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                with archive.open(name) as content:
                    yield _parts(content)
    elif start == PARQUET_MAGIC:
        yield _unpack_table(path)


def _parts(file: Any) -> Iterator[bytes]:
    """Yield the bytes of a file; of a damaged archive, the bytes before the damage."""
    return iter(partial(file.read1, _BYTES_AT_ONCE), b"")


def _unpack_table(path: Path) -> Iterator[bytes]:
    """Yield the rows of a Parquet file as JSON. Raises `InputError` for a decompression bomb."""
    table = pq.ParquetFile(path)
    names, size = table.schema_arrow.names, path.stat().st_size
    count = safe_batch_rows(path, table.metadata, names, size, path.name)
    for batch in table.iter_batches(count):
        yield orjson.dumps(batch.to_pylist(), default=str)


def _scan(
    parts: Iterable[bytes], texts: Sequence[str], numbers: Sequence[str], found: set[str]
) -> None:
    """Add the texts that occur in the parts of a file, in any of their forms, and the `numbers`
    that do so in any spelling.

    Digits that are a part of a longer number, of a fraction or of a digest do not count, because
    short numbers occur in any file by chance.
    """
    texts_of: dict[bytes, list[str]] = {}
    for text in texts:
        for form in search_forms(text):
            texts_of.setdefault(form, []).append(text)
    finder, spelled = ByteFinder(texts_of), SpelledNumbers(numbers)
    overlap = max(spelled.most_bytes, *map(len, texts_of), 1) - 1
    tail = b""
    for part in parts:
        data = tail + part
        for form in finder.find(data):
            if not _NUMBER.fullmatch(form) or _is_whole(form, data):
                found.update(texts_of[form])
        if numbers:
            found.update(spelled.find(data))
        tail = data[-overlap:] if overlap else b""


def _is_whole(number: bytes, data: bytes) -> bool:
    """Return whether digits occur in some bytes as a separate number."""
    place = data.find(number)
    while place >= 0:
        end = place + len(number)
        before, after = data[max(place - 1, 0) : place], data[end : end + 1]
        if not (before.isalnum() or before == b"." or after.isalnum()):
            return True
        place = data.find(number, end)
    return False


def describe_erasure(erasure: Erasure) -> dict[str, Any]:
    """Return an erasure as JSON, without the erased values."""
    values = {name: getattr(erasure, name) for name in Erasure.__slots__ if name != "number"}
    return {**values, "state": str(erasure.state), "proof": dict(erasure.proof)}


def describe_result(result: ErasureResult) -> dict[str, Any]:
    """Return the result of an attempt as JSON."""
    return {
        **describe_erasure(result.erasure),
        "waits": list(result.waits),
        "shared": list(result.shared),
    }


def result_lines(result: ErasureResult) -> list[str]:
    """Return the proof of an erasure, or the reasons why it is not complete, as lines for
    people.
    """
    count = pluralize(len(result.erasure.records), "record")
    if keys := result.erasure.value_keys:
        props = ", ".join(result.erasure.properties())
        count = f"{pluralize(len(keys), 'value')} ({props}) of {count}"
    if result.waits:
        lines = [f"The erasure of {count} is not complete yet:"]
        return [*lines, *(f"- {reason}" for reason in result.waits)]
    proof = result.erasure.proof
    lines = [
        f"{count} erased; erasure {result.erasure.id}.",
        "Rewritten: "
        + (", ".join(f"{name} {rows:,}" for name, rows in proof["rewritten"].items()) or "nothing"),
        f"Removed: {pluralize(proof['files_removed'], 'file')} of batches, feeds and screenings, "
        "and the index, which is made again.",
        f"Searched for {pluralize(proof['texts'], 'text')}: all tables, and "
        f"{pluralize(proof['files'], 'file')} with {proof['bytes']:,} bytes. Found: 0.",
    ]
    if result.shared:
        shown = "; ".join(result.shared[:_SHOWN])
        more = f"; and {len(result.shared) - _SHOWN} more" if len(result.shared) > _SHOWN else ""
        lines.append(f"Left, because it is stated elsewhere as well: {shown}{more}")
    if proof["short"]:
        lines.append(f"Too short to be searched for: {pluralize(proof['short'], 'value')}.")
    lines += [f"Note: {note}." for note in proof["notes"]]
    lines.append(
        "Backups that were made before still hold the values: write `resolver erase --list FILE` "
        "and restore them with --erasures FILE."
    )
    return lines


def write_erasure_list(store: Store, path: Path) -> str:
    """Write the ids of all erased records, and all erased values, as keyed hashes, for earlier
    backups; return how many these are, in words. Raises `OSError`.
    """
    erased = store.erasures.list_erased()
    count = sum(map(is_erased_id, erased))
    with replace_file(path) as file:
        name = _FORMAT if count == len(erased) else _FORMAT_OF_VALUES
        content = {"format": name, "key": store.erasures.list_key(), "records": erased}
        file.write(json.dumps(content).encode() + b"\n")
    counted = pluralize(count, "erased record")
    if count == len(erased):
        return counted
    return f"{counted} and {pluralize(len(erased) - count, 'erased value')}"


def read_erasure_list(path: Path) -> tuple[str, list[str]]:
    """Return the key of the store and the ids that `write_erasure_list` wrote. Raises `InputError`.

    A list that an earlier version wrote has no key.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["format"] in (_FORMAT, _FORMAT_OF_VALUES):
            return str(content.get("key", "")), [str(row) for row in content["records"]]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"the list cannot be read: {reason}", place=str(path)) from None
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise InputError(
        "this is no list of erasures",
        place=str(path),
        hint="write one with `resolver erase --list FILE`",
    )


def apply_list(
    store: Store, listed: tuple[str, Sequence[str]], who: str, model_dir: Path | None = None
) -> int:
    """Erase the records of a restored store that were erased after the backup; return how many.

    `listed`: as `read_erasure_list` returns it. Raises `InputError` for the list of another store,
    and `StoreError` if the store cannot be resolved without the records.
    """
    key, erased = listed
    if key not in ("", store.erasures.list_key()):
        raise InputError(
            "the list of erasures is one of another store",
            hint="write the list with the store that the backup was made of",
        )
    ids, values = store.erasures.find_records(erased), store.erasures.find_values(erased)
    if ids or values:
        reason = "erased before; the backup was older"
        with Hub.open(
            store.engine.url.render_as_string(hide_password=False),
            create=False,
            model_dir=model_dir,
        ) as hub:
            for start in range(0, len(ids), 1_000):
                part = ids[start : start + 1_000]
                _erase_again(hub, store.erasures.ask(part, reason, who=who, confirmed=True))
            for record_id, rows in values.items():
                ask = partial(store.erasures.ask, [record_id], reason, who=who, confirmed=True)
                try:
                    asked = ask(values=rows)
                except InputError:
                    # the backup has no other name of the record
                    asked = ask()
                _erase_again(hub, asked)
    return len({*ids, *values})


def _erase_again(hub: Hub, erasure: Erasure) -> None:
    result = erase(hub, erasure)
    if result.waits:
        raise StoreError(f"the erasure is not complete: {result.waits[0]}")
