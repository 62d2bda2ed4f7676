"""Runs of feeds: fetch a list and queue each new version as a batch.

`run_feed` does one run of one feed:

1. It leases the feed, so that no other process, on this machine or another, fetches it meanwhile.
2. It asks the publisher for the list; if possible, only for a version other than the last one. A
   folder of files is compared by names, sizes and times instead.
3. A list with the checksum of the last version changes nothing. Any other list is checked, kept in
   a folder beside the folders of jobs, and queued as a complete list of its sources. From there on
   it is a batch like an upload: a worker reads it, compares it with the store, and commits it or
   holds it.
4. It records the outcome in one line, and when the feed is due again.

A download that is incomplete, empty, a web page or of another format is a failed run. Nothing is
queued, and the feed is tried again after a pause. A list that can be read but is doubtful is queued
with its `concerns` and held until a person accepts it (`find_alarms`). Such a list breaks off, is
much smaller than the list in the store, or was published before it. Until then the last version
stays in use.

A process may be killed at any moment. Before the batch is queued, the next run begins again. After
it, the next run finds the same batch by its idempotency key.
"""

from __future__ import annotations

import email.utils
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from resolver.errors import InputError, LargeChangeError, ResolverError, StoreError, pluralize
from resolver.feeds import deltas
from resolver.feeds.feeds import FEEDS_FOLDER, find_good_version, is_web_address, local_path
from resolver.feeds.transfer import (
    Answer,
    NetworkRules,
    TransferError,
    TransferLimits,
    fetch,
    follow_address,
)
from resolver.hub.hub import Hub
from resolver.hub.job_worker import INPUT, BatchOptions, submit_batch
from resolver.hub.ownership import RecordOwner, intake_sources
from resolver.lists.io.remote_files import describe_url
from resolver.lists.reader_types import Intake
from resolver.lists.readers import READERS, plan_reads
from resolver.runtime.processes import RepeatedTask
from resolver.store import (
    Feed,
    FeedLeaseError,
    FeedRun,
    Job,
    JobState,
    RunOutcome,
    Store,
    StoreView,
    parse_utc_text,
    utc_text,
)

FULL_FETCH_AGE = timedelta(days=7)
"""Age of the last full fetch after which the program no longer trusts a publisher that only says
that nothing has changed.
"""
MAX_SHRINKAGE = 0.5
"""A list counts as much smaller if it has less than this share of the last version, in bytes or
records.
"""
_SHRINKAGE_BYTES, _SHRINKAGE_RECORDS = 4_096, 10
"""If the last version is smaller than this, sizes are not compared, because a small change would
halve it.
"""
_MAX_REJECTS = 0.1
"""Share of unreadable entries from which a list is held."""
_OLDER = timedelta(days=1)
"""A list that states to be older than the last version by more than this is held; a smaller
difference may come from servers that do not agree.
"""
_SETTLED_SECONDS = 5.0
"""Seconds since the last change of a file in a folder below which the file may still be
incomplete.
"""
_BEAT_SECONDS = 5.0
_ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
KEPT_VERSIONS = 3
"""Number of committed versions of a feed whose files are kept, besides the newest one."""
_MAX_VERSIONS = 50
"""Number of the newest versions of a feed whose batches are looked at; files of older versions were
removed by earlier runs.
"""
_PART = ".part"
_CHUNK = 1 << 20
_WEB_PAGE = re.compile(rb"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_SUFFIXES = frozenset(
    ".csv .tsv .txt .xml .json .jsonl .ndjson .zip .gz .xlsx .xls .ods .parquet".split()
)


@dataclass(frozen=True, slots=True)
class _Version:
    """Version of a list that has arrived: a folder of files, and the publisher's facts about it.

    `deltas`: number of delta files that made it of the last version; 0 if it was fetched in full.
    """

    folder: Path
    size: int
    checksum: str
    etag: str = ""
    last_modified: str = ""
    deltas: int = 0


def run_feed(
    hub: Hub,
    name: str,
    jobs: Path,
    rules: NetworkRules,
    *,
    due: bool = False,
    full: bool = False,
    limits: TransferLimits | None = None,
) -> FeedRun | None:
    """Fetch a feed once and return the outcome; None if another process fetches it.

    `due`: only if the feed is still due. `full`: fetch the whole list, and queue it again if its
    last batch failed or was cancelled. Raises `StoreError`; any other error is recorded as the
    outcome.
    """
    owner = f"{os.uname().nodename}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    feed = hub.store.feeds.lease(name, owner, due=due)
    if feed is None:
        hub.store.feeds.get(name)
        return None
    run = _FeedRunner(hub, feed, jobs, rules, limits or TransferLimits(), full=full)
    try:
        return run.run()
    except FeedLeaseError:
        return None
    except BaseException:
        # stopped by the user, or the store is not available: the next run begins again
        with suppress(StoreError):
            hub.store.feeds.release(feed)
        raise


class _FeedRunner:
    """One run of a feed that this process has leased."""

    def __init__(
        self,
        hub: Hub,
        feed: Feed,
        jobs: Path,
        rules: NetworkRules,
        limits: TransferLimits,
        *,
        full: bool,
    ) -> None:
        self._hub, self._feed, self._jobs = hub, feed, jobs
        self._rules = replace(rules, hosts=frozenset(feed.hosts.split()))
        self._limits, self._is_asked = limits, full
        self._folder = jobs / FEEDS_FOLDER / feed.name
        self._started = utc_text()
        newest = hub.store.feeds.runs(feed.name, 1, (RunOutcome.NEW,))
        self._newest = newest[0] if newest else None
        self._job = hub.store.jobs.find(newest[0].batch) if newest else None
        self._is_lost = False

    def run(self) -> FeedRun:
        """Return the recorded outcome. Raises `StoreError`."""
        try:
            with RepeatedTask(self._beat, _BEAT_SECONDS, "feed"), self._arriving() as part:
                version = self._receive(part)
                if version is None or (version.checksum == self._feed.checksum and not self._again):
                    return self._record_unchanged(version)
                self._check(version)
                return self._queue(version)
        except StoreError:
            raise
        except Exception as error:
            # every error is recorded: otherwise the feed would stay due, and all other feeds would
            # wait behind it
            if self._is_lost:
                _raise_lost(self._feed)
            line = _error_line(error)
            wait = error.retry_after if isinstance(error, TransferError) else None
            failed = FeedRun(self._feed.name, self._started, RunOutcome.FAILED, line)
            return self._hub.store.feeds.record(self._feed, failed, retry_after=wait)

    @property
    def _is_full(self) -> bool:
        """Whether to ask for the whole list: if nothing is known of it, if the knowledge is old, or
        if the batch of the last version failed and is tried again.
        """
        if self._is_asked or not self._feed.checksum or not self._feed.fetched:
            return True
        if self._job is not None and self._job.state is JobState.FAILED:
            return True
        age = datetime.now(UTC) - parse_utc_text(self._feed.fetched)
        return not timedelta() <= age < FULL_FETCH_AGE

    @property
    def _again(self) -> bool:
        """Whether to queue the last version again: nobody has refused it, and it is not in the
        store.

        A batch that failed is tried again with each run. Its worker may have been killed, and a
        later program may read what this one cannot.
        """
        state = self._job.state if self._job is not None else JobState.CANCELLED
        retried = (JobState.FAILED, JobState.CANCELLED) if self._is_asked else (JobState.FAILED,)
        return self._is_full and state in retried

    def _beat(self) -> bool:
        """Keep the lease; return whether this process still has it."""
        try:
            self._hub.store.feeds.renew(self._feed)
        except FeedLeaseError:
            self._is_lost = True
            return False
        except ResolverError:
            # the database may be available again before the lease is over
            pass
        return True

    @contextmanager
    def _arriving(self) -> Iterator[Path]:
        """Yield a new folder for the download. Files that killed processes left there are
        removed.
        """
        self._folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        for left in self._folder.glob(f"*{_PART}"):
            shutil.rmtree(left, ignore_errors=True)
        part = self._folder / f"{uuid.uuid4().hex}{_PART}"
        part.mkdir(mode=0o700)
        try:
            yield part
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _receive(self, part: Path) -> _Version | None:
        """Return the version that the publisher offers; None if it is the version that was fetched
        last.
        """
        if not is_web_address(self._feed.address):
            return self._copy(part)
        if deltas.has_versions(self._feed.address, self._feed.format):
            return self._follow(part)
        return self._download(part)

    def _download(self, part: Path) -> _Version | None:
        feed, path = self._feed, part / "arriving"
        conditions = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        if self._is_full:
            headers = {}
        answer = self._fetch(feed.address, path, headers)
        if answer.status == 304:
            if headers and not _contradicts(answer, feed):
                return None
            answer = self._fetch(feed.address, path)
        if answer.status == 304:
            raise TransferError(
                "the server says that nothing has changed, whatever it is asked (HTTP 304)",
                place=describe_url(feed.address),
            )
        folder = part / "list"
        folder.mkdir(mode=0o700)
        path.rename(folder / _file_name(feed, answer))
        return _Version(
            folder,
            answer.size,
            answer.checksum,
            answer.headers.get("etag", "")[:500],
            answer.headers.get("last-modified", "")[:100],
        )

    def _follow(self, part: Path) -> _Version | None:
        """Return the newest version of a dataset whose index the feed reads: the last version with
        the changes of delta files, or the whole file if that is not possible.
        """
        feed, path, folder = self._feed, part / "index", part / "list"
        answer = self._fetch(feed.address, path, max_bytes=deltas.MAX_INDEX_BYTES)
        index = deltas.read_index(path.read_bytes())
        if index.version == feed.etag and not self._is_full:
            return None
        folder.mkdir(mode=0o700)
        target = folder / f"{feed.name}.json"
        used = 0
        if not self._is_full:
            # whatever is wrong with the delta files, the whole file may still be had
            with suppress(deltas.DeltaError, TransferError, InputError):
                used = self._apply_deltas(index, part, target)
        if not used:
            self._fetch(follow_address(feed.address, index.address, self._rules), target)
        digest = hashlib.sha256()
        with target.open("rb") as file:
            while piece := file.read(_CHUNK):
                digest.update(piece)
        modified = answer.headers.get("last-modified", "")[:100]
        size = target.stat().st_size
        return _Version(folder, size, digest.hexdigest(), index.version, modified, used)

    def _apply_deltas(self, index: deltas.DatasetIndex, part: Path, target: Path) -> int:
        """Write the newest version by delta files and return their number. Raises `DeltaError`,
        `TransferError` and `InputError`.
        """
        feed = self._feed
        kept = self._folder / feed.checksum[:32] / target.name
        if not (index.deltas and feed.etag and kept.is_file()):
            raise deltas.DeltaError("there is no last version, or there are no delta files")
        path = part / "deltas"
        address = follow_address(feed.address, index.deltas, self._rules)
        self._fetch(address, path, max_bytes=deltas.MAX_INDEX_BYTES)
        files: list[Path] = []
        size = 0
        for found in deltas.find_deltas(path.read_bytes(), feed.etag, index.version):
            path = part / f"delta-{len(files)}"
            address = follow_address(feed.address, found, self._rules)
            size += self._fetch(address, path, max_bytes=deltas.MAX_DELTA_BYTES - size).size
            files.append(path)
        with target.open("wb") as new:
            count = deltas.apply_deltas(kept, files, new)
            new.flush()
            os.fsync(new.fileno())
        if index.entities not in (None, count):
            raise deltas.DeltaError(f"{count:,} entities came out, not {index.entities:,}")
        return len(files)

    def _fetch(
        self,
        address: str,
        path: Path,
        headers: Mapping[str, str] | None = None,
        max_bytes: int | None = None,
    ) -> Answer:
        limits = self._limits
        if max_bytes is not None:
            limits = replace(limits, max_bytes=min(limits.max_bytes, max_bytes))
        with path.open("wb") as file:
            answer = fetch(address, file, rules=self._rules, limits=limits, headers=headers)
            file.flush()
            os.fsync(file.fileno())
        return answer

    def _copy(self, part: Path) -> _Version | None:
        """Copy a file or the files of a folder, if they differ from last time."""
        files, name = _find_local(self._feed)
        states = [(shown, path.stat()) for shown, path in files.items()]
        stamp = hashlib.sha256(
            repr([(shown, state.st_size, state.st_mtime_ns) for shown, state in states]).encode()
        ).hexdigest()
        if stamp == self._feed.etag and not self._is_full:
            return None
        now = datetime.now().timestamp()
        for shown, state in states:
            if 0 <= now - state.st_mtime < _SETTLED_SECONDS:
                raise TransferError(
                    "this file is still being written", place=shown, retry_after=_SETTLED_SECONDS
                )
        size = sum(state.st_size for _, state in states)
        if size > self._limits.max_bytes:
            raise TransferError(f"more than {self._limits.max_bytes >> 20:,} MiB", place=name)
        digest, folder = hashlib.sha256(), part / "list"
        for shown, state in states:
            copy = folder / shown
            copy.parent.mkdir(parents=True, exist_ok=True)
            with files[shown].open("rb") as source, copy.open("wb") as target:
                while piece := source.read(_CHUNK):
                    target.write(piece)
                    digest.update(piece)
                after = os.fstat(source.fileno())
                target.flush()
                os.fsync(target.fileno())
            if (after.st_size, after.st_mtime_ns) != (state.st_size, state.st_mtime_ns):
                raise TransferError("this file changed while it was read", place=shown)
            digest.update(f"\0{shown}\0".encode())
        newest = max((state.st_mtime for _, state in states), default=0.0)
        published = email.utils.formatdate(newest, usegmt=True)
        return _Version(folder, size, digest.hexdigest(), stamp, published)

    def _check(self, version: _Version) -> None:
        """Raise `TransferError` or `InputError` if the version is no list in the format of the
        feed.
        """
        feed, place = self._feed, describe_url(self._feed.address)
        if not version.size:
            raise TransferError("nothing arrived: the list is empty", place=place)
        for path in version.folder.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    head = file.read(2_048)
                if _WEB_PAGE.match(head.removeprefix(b"\xef\xbb\xbf")):
                    raise TransferError("a web page arrived instead of the list", place=place)
        if feed.mapping:
            (version.folder / f"{feed.name}.mapping.yml").write_text(feed.mapping, "utf-8")
        detects = feed.format not in ("", "tabular")
        planned, _ = plan_reads([version.folder], format=None if detects else feed.format or None)
        names = {item.row.name for item in planned}
        if detects and names != {feed.format}:
            raise InputError(
                f"the list arrived in the format {', '.join(sorted(names))}, not {feed.format}",
                place=place,
                hint="if that is right, remove the feed and add it with this format",
            )

    def _queue(self, version: _Version) -> FeedRun:
        """Keep a version and queue it as a batch; return the recorded outcome."""
        feed, store = self._feed, self._hub.store
        good = find_good_version(store, feed.name)
        concerns = _find_concerns(version, good)
        after = self._newest.number if self._newest is not None else 0
        key = f"feed {feed.name} {version.checksum} {after}"
        folder = self._jobs / hashlib.sha256(f"{feed.created} {key}".encode()).hexdigest()[:32]
        folder.mkdir(mode=0o700, exist_ok=True)
        kept = self._keep(version)
        _link(kept, folder / INPUT)
        options = BatchOptions(
            feed.name,
            feed.format,
            complete=True,
            feed=feed.name,
            concerns=tuple(concerns),
            after=after,
            handling=feed.handling,
        )
        job, _ = submit_batch(
            self._hub,
            folder,
            options,
            owner=feed_owner(feed),
            idempotency_key=f"{feed.created} {key}",
        )
        line = f"a new version of {version.size:,} bytes arrived; it is batch {job.id}"
        if version.deltas:
            line += f" (the last version with {pluralize(version.deltas, 'delta file')})"
        run = FeedRun(
            feed.name,
            self._started,
            RunOutcome.NEW,
            line,
            size=version.size,
            checksum=version.checksum,
            published=version.last_modified,
            etag=version.etag,
            batch=job.id,
        )
        recorded = store.feeds.record(feed, run, {"answered": utc_text(), **_marks(version)})
        if self._job is not None and self._job.state is JobState.HELD and self._job.id != job.id:
            # a complete list replaces the list before it
            store.jobs.cancel(self._job.id)
        self._prune(kept)
        return recorded

    def _keep(self, version: _Version) -> Path:
        """Move a version into a folder named after its checksum, which is returned."""
        kept = self._folder / version.checksum[:32]
        if not kept.is_dir():
            version.folder.rename(kept)
        return kept

    def _prune(self, newest: Path) -> None:
        """Remove the files of all versions but the newest and the last `KEPT_VERSIONS` that were
        committed. The folders of their batches keep the results.
        """
        name, store = self._feed.name, self._hub.store
        good = store.feeds.committed_runs(name, KEPT_VERSIONS)
        keep = {newest.name, *(run.checksum[:32] for run in good)}
        old: list[Job] = []
        for run in store.feeds.runs(name, _MAX_VERSIONS, (RunOutcome.NEW,)):
            job = store.jobs.find(run.batch)
            if run.checksum[:32] not in keep and job is not None and job.state in _ENDED:
                old.append(job)
        for folder in self._folder.iterdir():
            if folder.name not in keep and not folder.name.endswith(_PART):
                shutil.rmtree(folder, ignore_errors=True)
        for job in old:
            shutil.rmtree(self._jobs / str(job.params["folder"]) / INPUT, ignore_errors=True)

    def _record_unchanged(self, version: _Version | None) -> FeedRun:
        now, job = utc_text(), self._job
        seen = {"answered": now}
        if version is not None:
            seen |= _marks(version)
        if job is not None and job.state is JobState.DONE:
            seen["confirmed"] = now
        since = self._newest.started[:16].replace("T", " ") if self._newest is not None else "?"
        line = f"not changed since {since}Z"
        run = FeedRun(self._feed.name, self._started, RunOutcome.UNCHANGED, line)
        return self._hub.store.feeds.record(self._feed, run, seen)


def _raise_lost(feed: Feed) -> NoReturn:
    raise FeedLeaseError(f"another process fetches the feed {feed.name}")


def _marks(version: _Version) -> dict[str, str]:
    """Return the facts of a feed that follow from a version."""
    fetched = {} if version.deltas else {"fetched": utc_text()}
    return fetched | {
        "etag": version.etag,
        "last_modified": version.last_modified,
        "checksum": version.checksum,
    }


def _error_line(error: Exception) -> str:
    if isinstance(error, ResolverError):
        return error.line()
    if not isinstance(error, OSError):
        return f"the program failed: {type(error).__name__}"
    reason = (error.strerror or str(error)).lower()
    return f"the list cannot be kept on this machine: {reason}"


def _contradicts(answer: Answer, feed: Feed) -> bool:
    """Return whether an answer "not modified" names a version that is not the last one."""
    etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
    return (bool(etag and feed.etag) and etag != feed.etag) or (
        bool(modified and feed.last_modified) and modified != feed.last_modified
    )


def _file_name(feed: Feed, answer: Answer) -> str:
    """Return the name under which to keep a list. Tables take their source from the name, so it is
    the feed's name; files of a list with several parts keep their own names.
    """
    path = Path(unquote(urlsplit(answer.address).path))
    stated = re.search(r'filename="?([\w.-]{1,100})', answer.headers.get("content-disposition", ""))
    parts = {stem for row in READERS if row.name == feed.format for stem in _parts(row.companions)}
    if path.stem.lower() in parts:
        return f"{path.stem}{path.suffix}".lower()
    for name in (path.name, stated[1] if stated else ""):
        suffix = Path(name).suffix.lower()
        if suffix in _SUFFIXES:
            inner = Path(name).with_suffix("").suffix.lower() if suffix == ".gz" else ""
            return f"{feed.name}{inner if inner in _SUFFIXES else ''}{suffix}"
    return feed.name


def _parts(companions: Sequence[Sequence[str]]) -> Iterator[str]:
    for stems in companions:
        yield from stems


def _find_local(feed: Feed) -> tuple[dict[str, Path], str]:
    """Return the files of a feed that is no URL, by the names under which to keep them, and the
    feed's name.

    A folder means all its files; a pattern means the newest file that matches. Symbolic links in it
    are left out, because they may lead anywhere. Raises `TransferError`.
    """
    path = local_path(feed.address)
    if path.is_dir():
        inner = [file.relative_to(path) for file in sorted(path.rglob("*")) if _is_plain(file)]
        files = {
            name.as_posix(): path / name
            for name in inner
            if not any(part.startswith(".") for part in name.parts)
        }
    else:
        folder = path.parent
        matching = [
            file
            for file in (folder.iterdir() if folder.is_dir() else ())
            if (file.name == path.name and file.is_file())
            or (_is_plain(file) and file.name[0] != "." and fnmatch(file.name, path.name))
        ]
        newest = max(matching, key=lambda file: (file.stat().st_mtime_ns, file.name), default=None)
        suffix = newest.suffix.lower() if newest is not None else ""
        files = {} if newest is None else {f"{feed.name}{suffix}": newest}
    if not files:
        raise TransferError("there is no such file", place=path.name)
    return files, path.name


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _link(kept: Path, folder: Path) -> None:
    """Make a folder hold the files of another folder, as hard links if the system allows them."""
    for path in kept.rglob("*"):
        if path.is_file():
            target = folder / path.relative_to(kept)
            target.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
            if not target.exists():
                try:
                    os.link(path, target)
                except OSError:
                    shutil.copyfile(path, target)


def _find_concerns(version: _Version, good: FeedRun | None) -> list[str]:
    """Return why a person should look at a version before it is committed."""
    if good is None:
        return []
    concerns = []
    if good.size >= _SHRINKAGE_BYTES and version.size < MAX_SHRINKAGE * good.size:
        concerns.append(
            f"the list is much smaller: {version.size:,} bytes, the last one had {good.size:,}"
        )
    published, before = _parse_http_date(version.last_modified), _parse_http_date(good.published)
    if published and before and before - published > _OLDER:
        concerns.append(
            f"the list is older: the publisher dates it {published:%Y-%m-%d %H:%M}, the last one "
            f"was of {before:%Y-%m-%d %H:%M}"
        )
    return concerns


def _parse_http_date(text: str) -> datetime | None:
    try:
        time = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


def feed_owner(feed: Feed) -> RecordOwner:
    """Return who owns the records that a feed brings: its agency, or the hub."""
    return RecordOwner(f"feed {feed.name}", feed.agency, not feed.agency)


def find_alarms(view: StoreView, intake: Intake, job: Job, last: Job | None) -> list[str]:
    """Return why a list that a feed brought has to be accepted by a person.

    `last`: batch of the last version that was committed. The alarms for large changes, which every
    batch has, are added to these.
    """
    alarms = [str(concern) for concern in job.params.get("concerns", ())]
    sources = list(view.sources())
    stored = {source.name: source.list_version for source in sources}
    owners = {source.name: source.agency or source.keeper for source in sources}
    if not job.agency:
        alarms += [
            f"the source {name} belongs to {owners[name]}, and the feed to the hub"
            for name in sorted(intake_sources(intake))
            if owners.get(name)
        ]
    for info in intake.lists:
        if info.broken:
            alarms.append(f"{info.label} breaks off after {pluralize(info.records, 'record')}")
        entries = info.records + info.rejects
        if info.rejects > _MAX_REJECTS * entries:
            alarms.append(f"{info.rejects:,} of {entries:,} entries cannot be read")
        newer = max((stored.get(name, "") for name in info.sources), default="")
        if info.version and info.version < newer:
            alarms.append(f"{info.label} is of {info.version}; the store has that of {newer}")
    if last is not None and last.result is not None:
        before, now = int(last.result.get("records", 0)), len(intake.batch)
        if before >= _SHRINKAGE_RECORDS and now < MAX_SHRINKAGE * before:
            alarms.append(f"the list is much smaller: {now:,} records, the last one had {before:,}")
    return alarms


def least_handling(store: Store, job: Job) -> str:
    """Return the packed handling that the records of a job have at least; empty for none.

    A feed may have got another handling since it queued the job.
    """
    name = str(job.params.get("feed", ""))
    feed = next((row for row in store.feeds.list() if row.name == name), None) if name else None
    return str(job.params.get("handling", "")) if feed is None else feed.handling


def check_feed_batch(hub: Hub, job: Job, intake: Intake) -> None:
    """Check the rows that a worker has read for a feed, and note its sources; batches without a
    feed are not checked.

    Raises `LargeChangeError` for alarms that no person has accepted, which puts the job on hold.
    Raises `InputError` for a version if a later version has overtaken it.
    """
    name = str(job.params.get("feed", ""))
    if not name:
        return
    runs = hub.store.feeds.runs(name, _MAX_VERSIONS, (RunOutcome.NEW,))
    after = int(job.params.get("after", runs[0].number if runs else 0))
    if runs and runs[0].number > after and all(run.batch != job.id for run in runs):
        # its process was stopped for so long that another process fetched the list meanwhile
        raise InputError(
            f"another process has fetched a later version of the feed {name}",
            hint="nothing has to be done: the later version is committed",
        )
    good = find_good_version(hub.store, name)
    last = hub.store.jobs.find(good.batch) if good is not None else None
    with hub.store.view() as view:
        alarms = find_alarms(view, intake, job, last)
    hub.store.feeds.note_sources(name, intake_sources(intake))
    if alarms and not job.params.get("accept_large_change"):
        raise LargeChangeError(alarms, hint="check it, then accept or refuse the batch")
