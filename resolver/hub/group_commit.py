"""Group commit: records posted one at a time are committed together.

A record that is posted during a commit becomes part of the next commit. A commit costs the same for
one record as for a hundred. Each record is durable before its poster gets an answer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from resolver.errors import InputError, OwnerError, ResolverError, ReusedIdError
from resolver.hub.committer import CommitRequest
from resolver.hub.hub import Hub
from resolver.hub.list_updates import ListUpdate, build_list_update, find_id_alarms
from resolver.hub.ownership import (
    HUB_OWNER,
    RecordOwner,
    check_guest_records,
    check_handling_codes,
    check_hidden_ids,
    check_named_agencies,
    check_source_owner,
    ownership_error,
)
from resolver.hub.segment_contents import fingerprint_records
from resolver.lists.reader_types import Intake, LocatedBatch
from resolver.lists.text.placeholders import remove_placeholders
from resolver.lists.validation import validate_records
from resolver.records import Batch, Record
from resolver.records.batch import batch_from_record
from resolver.records.visibility import STRANGER, is_visible
from resolver.store import StoreView

MAX_RECORDS_PER_COMMIT = 500
"""Limit on the records of one commit, so that nobody waits long."""
_GATHER_SHARE, _MAX_GATHER_SECONDS = 0.4, 0.1
"""Share of the last commit's duration for which a commit waits for the threads that posted records
for the last commit, and the upper bound of this time in seconds.
"""
_MAX_NAMES = 10
"""Maximum number of posters that are named with a commit."""


@dataclass(frozen=True, slots=True)
class CommittedRecord:
    """Revision in which a record was committed, and the id of its entity. `is_shortened`: the
    record was stored without values that an erasure has removed, and the sender may know this.
    """

    revision: int
    entity_id: str
    is_shortened: bool = False


@dataclass(slots=True)
class _PendingRecord:
    """Record that waits for a commit.

    accept_large: commit it even if its id named another person or group before, which a batch would
        be held for as well.

    replaces: the sender may see an earlier version of the record, and what was erased from it.

    `is_woken` is set once the record has a result, or if its thread is to lead the next commit.
    """

    record: Record
    owner: RecordOwner
    accept_large: bool = False
    replaces: bool = False
    result: CommittedRecord | None = None
    error: Exception | None = None
    is_leader: bool = False
    is_woken: threading.Event = field(default_factory=threading.Event)


class GroupCommit:
    """Commit of records posted from many threads: one thread leads and commits for all."""

    def __init__(self, hub: Hub, *, accept_restricted: bool = False) -> None:
        self._hub, self._accept_restricted = hub, accept_restricted
        self._waiting: list[_PendingRecord] = []
        self._lock = threading.Lock()
        self._has_leader = False
        self._expected_count, self._last_seconds = 1, 0.0
        self._is_complete = threading.Event()

    def post(
        self, record: Record, owner: RecordOwner = HUB_OWNER, *, accept_large: bool = False
    ) -> CommittedRecord:
        """Add one record, or a new version of it, and resolve it as a batch would.

        Raises `InputError` if the record is not admitted, `OwnerError` if the owner may not change
        it, `ReusedIdError` if its id seems to name somebody else now (unless `accept_large`), and
        `StoreError`.
        """
        check_admission(record, accept_restricted=self._accept_restricted)
        return self.post_admitted(record, owner, accept_large=accept_large)

    def post_admitted(
        self, record: Record, owner: RecordOwner = HUB_OWNER, *, accept_large: bool = False
    ) -> CommittedRecord:
        """Add a record that `check_admission` has passed; otherwise like `post`."""
        pending = _PendingRecord(record, owner, accept_large)
        with self._lock:
            self._waiting.append(pending)
            if len(self._waiting) >= self._expected_count:
                self._is_complete.set()
            pending.is_leader, self._has_leader = not self._has_leader, True
        if not pending.is_leader:
            pending.is_woken.wait()
        if pending.is_leader:
            self._lead()
        if pending.error is not None:
            raise pending.error
        assert pending.result is not None
        return pending.result

    def withdraw(self, record_id: str, owner: RecordOwner = HUB_OWNER) -> int:
        """Withdraw one record; return the new revision. Raises the errors of `Hub.withdraw`."""
        with self._hub.exclusive_commits():
            return self._hub.withdraw([record_id], owner=owner).revision

    def warm_up(self) -> None:
        """Run a dry run, which loads everything that the first commit needs (this takes seconds)
        and refreshes the index.

        If the store is empty, do nothing. Raises `StoreError`.
        """
        if self._hub.store.revision:
            self._hub.add(Intake(fingerprint_records(), (), ()), dry_run=True)

    def _lead(self) -> None:
        """Commit all waiting records, also the record of this thread, and wake the next leader."""
        try:
            self._gather()
            # more records arrive while others commit, and become part of this commit
            with self._hub.exclusive_commits():
                self._serve_next()
        except Exception as error:
            # no commit is possible, and the waiting threads must not wait for ever
            for pending in self._take_next():
                pending.error = error
                pending.is_woken.set()
        finally:
            with self._lock:
                self._has_leader = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].is_leader = True
                    self._waiting[0].is_woken.set()

    def _serve_next(self) -> None:
        """Commit the next group, and note how many records to expect for the group after it."""
        started, group = time.monotonic(), self._take_next()
        self._serve(group)
        self._last_seconds = time.monotonic() - started
        # records that came meanwhile, and records that get their answers now
        self._expected_count = len(self._waiting) + len(group)

    def _gather(self) -> None:
        """Wait a moment, so that the threads that posted records for the last commit can post their
        next records.

        One commit for all of them costs little more than one commit for the records that came
        meanwhile.
        """
        with self._lock:
            if len(self._waiting) >= self._expected_count:
                return
            self._is_complete.clear()
        self._is_complete.wait(min(_GATHER_SHARE * self._last_seconds, _MAX_GATHER_SECONDS))

    def _take_next(self) -> list[_PendingRecord]:
        """Take the records of the next commit: those that came first, one for each record id."""
        chosen: dict[str, _PendingRecord] = {}
        with self._lock:
            for pending in self._waiting:
                if len(chosen) < MAX_RECORDS_PER_COMMIT:
                    chosen.setdefault(pending.record.id, pending)
            self._waiting = [
                pending for pending in self._waiting if chosen.get(pending.record.id) is not pending
            ]
        return list(chosen.values())

    def _serve(self, group: Sequence[_PendingRecord]) -> None:
        try:
            self._commit(group)
        except ResolverError as error:
            if len(group) > 1:
                # one record may have caused the error, and the others must not fail because of it
                for pending in group:
                    self._serve([pending])
            else:
                group[0].error = error
        except Exception as error:
            for pending in group:
                pending.error = error
        finally:
            for pending in group:
                pending.is_woken.set()

    def _commit(self, group: Sequence[_PendingRecord]) -> None:
        group, source_owners, claims = self._select_permitted(group)
        if not group:
            return
        batch = Batch.from_records(pending.record for pending in group).canonical()
        agencies = {name: agency for name, (agency, _) in source_owners.items()}
        updates: list[ListUpdate] = []

        def build_update(view: StoreView) -> ListUpdate:
            # erased records were refused before to all who may know of them
            update = build_list_update(
                view, Intake(batch, (), ()), agencies=agencies, sender=STRANGER
            )
            updates.append(update)
            return update

        request = CommitRequest(
            "record",
            _join_names(sorted({pending.owner.name for pending in group} - {""})),
            build_update=build_update,
            record_count=len(batch),
            source_owners=source_owners,
            claims=claims,
        )
        revision = self._hub.commit(request).revision
        entity_ids = self._find_entity_ids(revision, group)
        for pending in group:
            record_id = pending.record.id
            if record_id in updates[-1].outdated_ids:
                pending.error = ReusedIdError(
                    "all names of the record were erased, so it is not taken again",
                    hint="an erasure holds for good; ask the keeper of the store",
                )
                continue
            is_shortened = pending.replaces and record_id in updates[-1].shortened_ids
            pending.result = CommittedRecord(revision, entity_ids[record_id], is_shortened)

    def _find_entity_ids(self, revision: int, group: Sequence[_PendingRecord]) -> dict[str, str]:
        """Return the entity id of each of some records at a revision, as its owner knows it."""
        with self._hub.store.view(revision) as view:
            owner_of = {pending.record.id: pending.owner for pending in group}
            numbers = {
                record_id: number
                for record_id, (number, _) in view.numbers_of(list(owner_of)).items()
            }
            record, entity, _ = view.memberships(list(numbers.values()))
            entity_of = dict(zip(record.tolist(), entity.tolist(), strict=True))
            entities = np.unique(entity).tolist()
            ids_by_owner = {
                owner: view.seen_by(owner.viewer).entity_ids(entities)
                for owner in dict.fromkeys(owner_of.values())
            }
        return {
            record_id: ids_by_owner[owner_of[record_id]][entity_of[number]]
            for record_id, number in numbers.items()
        }

    def _select_permitted(
        self, group: Sequence[_PendingRecord]
    ) -> tuple[list[_PendingRecord], dict[str, tuple[str, str]], frozenset[str]]:
        """Return the records that their owners may change, the owners of new sources, and the
        sources that owners (except admins) claim.

        All other records get an error, also records whose id names somebody else now. No other
        process may commit meanwhile.
        """
        permitted: list[_PendingRecord] = []
        source_owners: dict[str, tuple[str, str]] = {}
        claims: set[str] = set()
        with self._hub.store.view() as view:
            stored = view.numbers_of([member.record.id for member in group])
            owned = {row.name for row in view.sources() if row.agency or row.keeper}
            allowed = [pending for pending in group if _check_owner(view, pending, stored)]
            # checked after the owners, so that the time of a refusal reveals nothing about another
            # owner's record
            reused = _find_reused_ids(view, allowed, stored)
            for pending in allowed:
                record, owner = pending.record, pending.owner
                pending.error = reused.get(record.id)
                # a record that the sender may not see was refused before
                pending.replaces = record.id in stored or owner.may_change_all
                if is_visible(record.handling, STRANGER) or not owner.agency:
                    first = source_owners.setdefault(record.source, owner.new_source_owner)
                    may_claim = record.source not in owned and not owner.may_change_all
                    if may_claim and first != owner.new_source_owner:
                        # if two owners post to a new source at once, the first one gets it
                        pending.error = ownership_error(record.source, owner)
                    elif may_claim:
                        claims.add(record.source)
                if pending.error is None:
                    permitted.append(pending)
        return permitted, source_owners, frozenset(claims)


def _check_owner(
    view: StoreView, pending: _PendingRecord, stored: Mapping[str, tuple[int, bytes]]
) -> bool:
    """Return whether the owner of a record may send it. If not, note the error on the record."""
    record, owner = pending.record, pending.owner
    try:
        if view.seen_by(owner.viewer).erased_ids([record.id]):
            pending.error = ReusedIdError(
                "the record was erased, so it is not taken again",
                hint="an erasure holds for good; ask the keeper of the store",
            )
            return False
        guests = check_source_owner(view, [record.source], owner)
        is_public = is_visible(record.handling, STRANGER)
        if guests and (is_public or record.handling.agency != owner.agency):
            raise ownership_error(record.source, owner)
        check_named_agencies([record.handling], owner)
        if record.id in stored and not owner.may_change_all:
            numbers = {record.id: stored[record.id][0]}
            check_hidden_ids(view, numbers, owner)
            check_guest_records(view, numbers, guests, owner)
            check_handling_codes(view, numbers, {record.id: record.handling}, owner)
    except OwnerError as error:
        pending.error = error
        return False
    return True


def check_admission(record: Record, *, accept_restricted: bool = False) -> None:
    """Raise `InputError` if a record may not enter the store."""
    batch = LocatedBatch(batch_from_record(record), np.zeros(1, dtype=np.int32))
    _, nameless = remove_placeholders(batch, "")
    _, invalid = validate_records(batch, "", accept_restricted)
    rejects = [*invalid, *nameless]
    if rejects:
        raise InputError(rejects[0].reason, hint="correct the record")


def _find_reused_ids(
    view: StoreView, group: Sequence[_PendingRecord], stored: Mapping[str, tuple[int, bytes]]
) -> dict[str, ReusedIdError]:
    """Return the errors of records, by id, that seem to be about somebody else than the stored
    records.
    """
    records = [
        pending.record
        for pending in group
        if pending.record.id in stored and not pending.accept_large
    ]
    if not _reused_id_alarms(view, records, stored):
        return {}
    alarms = {record.id: _reused_id_alarms(view, [record], stored) for record in records}
    hint = "check it, then send it again with ?accept_large_change=true if it is right"
    return {
        record_id: ReusedIdError(f"held back, nothing was committed: {lines[0]}", hint=hint)
        for record_id, lines in alarms.items()
        if lines
    }


def _reused_id_alarms(
    view: StoreView, records: Sequence[Record], stored: Mapping[str, tuple[int, bytes]]
) -> list[str]:
    superseded = {record.id: stored[record.id][0] for record in records}
    return find_id_alarms(view, Batch.from_records(records), superseded) if records else []


def _join_names(names: Sequence[str]) -> str:
    text = ", ".join(names[:_MAX_NAMES])
    return text if len(names) <= _MAX_NAMES else f"{text} and {len(names) - _MAX_NAMES} more"
