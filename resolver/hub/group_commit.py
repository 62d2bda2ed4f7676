"""Records that come one at a time, landed together: whoever comes while a landing is under way lands with the next.

A landing costs the same for one record as for a hundred, and each is durable before its sender hears of it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from resolver.errors import InputError, OwnerError, ResolverError
from resolver.hub.fingerprint import invented
from resolver.hub.hub import Hub
from resolver.hub.ownership import (
    HUB,
    Sender,
    check_codes,
    check_sources,
    not_theirs,
)
from resolver.ingest.reader_types import BatchAt, Intake
from resolver.ingest.text.placeholders import without_placeholders
from resolver.ingest.validation import admit
from resolver.records import Batch, Record

MOST = 500
"""Records of one landing at most, so that nobody waits long."""
_MOMENT = 0.002
_NAMED = 10
"""Senders named with a landing at most."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a record went: the version it landed with, and the id of its entity."""

    version: int
    entity: str


@dataclass(slots=True)
class _Sender:
    record: Record
    who: Sender
    answer: Posted | None = None
    error: Exception | None = None
    leads: bool = False
    called: threading.Event = field(default_factory=threading.Event)


class Posting:
    """Takes records from many threads."""

    def __init__(self, hub: Hub, *, accept_restricted: bool = False) -> None:
        self._hub, self._accept_restricted = hub, accept_restricted
        self._waiting: list[_Sender] = []
        self._lock = threading.Lock()
        self._led = False
        self._last = 1

    def post(self, record: Record, sender: Sender = HUB) -> Posted:
        """Add one record, or a new version of one, and resolve it; the answer is that of a batch. Raises `InputError`
        where the record may not enter, `OwnerError` where it is not the sender's to change, `StoreError`."""
        admitted(record, accept_restricted=self._accept_restricted)
        mine = _Sender(record, sender)
        with self._lock:
            self._waiting.append(mine)
            mine.leads, self._led = not self._led, True
        if not mine.leads:
            mine.called.wait()
        if mine.leads:
            self._lead()
        if mine.error is not None:
            raise mine.error
        return _answered(mine)

    def withdraw(self, record_id: str, sender: Sender = HUB) -> int:
        """Take one record back; the version that says so. Raises as `Hub.withdraw` does."""
        with self._hub.alone():
            return self._hub.withdraw([record_id], sender=sender).version

    def post_all(self, asked: Sequence[tuple[Record, Sender]]) -> list[Posted | Exception]:
        """Add records that have come at once, each admitted already (`admitted`); for each what `post` would return or
        raise."""
        senders = [_Sender(record, who) for record, who in asked]
        left = senders
        while left:
            chosen = _first_of_each(left)
            left = [one for one in left if chosen.get(one.record.id) is not one]
            try:
                with self._hub.alone():
                    self._serve(list(chosen.values()))
            except ResolverError as error:
                for sender in chosen.values():
                    sender.error = error
        return [one.error or _answered(one) for one in senders]

    def warm(self) -> None:
        """Load what the first landing takes seconds for, and bring the index to the present: a landing that does not
        land. Nothing where the store is empty. Raises `StoreError`."""
        if self._hub.store.version:
            self._hub.add(Intake(invented(), (), ()), dry_run=True)

    def _lead(self) -> None:
        """Land with all who wait, oneself among them, and call the next to lead."""
        try:
            self._gather()
            # while others land, more come, who then land together
            with self._hub.alone():
                self._serve(self._next())
        except ResolverError as error:
            # nobody could land at all
            for sender in self._next():
                sender.error = error
                sender.called.set()
        finally:
            with self._lock:
                self._led = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].called.set()

    def _gather(self) -> None:
        """Where many came the last time, wait a moment for those who have just been served to come again."""
        before = 0
        while before < len(self._waiting) < self._last:
            before = len(self._waiting)
            time.sleep(_MOMENT)

    def _next(self) -> list[_Sender]:
        """Who lands now: the first to come, one for each record id."""
        with self._lock:
            chosen = _first_of_each(self._waiting)
            self._waiting = [one for one in self._waiting if chosen.get(one.record.id) is not one]
            self._last = len(chosen)
        return list(chosen.values())

    def _serve(self, senders: Sequence[_Sender]) -> None:
        try:
            self._land(senders)
        except ResolverError as error:
            if len(senders) > 1:
                # one of them may be at fault; the others must not suffer for it
                for sender in senders:
                    self._serve([sender])
            else:
                senders[0].error = error
        except Exception as error:
            for sender in senders:
                sender.error = error
        finally:
            for sender in senders:
                sender.called.set()

    def _allowed(
        self, senders: Sequence[_Sender]
    ) -> tuple[list[_Sender], dict[str, tuple[str, str]]]:
        """Those who may change what they send, and whose the new sources are; the others are told why not. To be called
        while nobody else lands."""
        allowed: list[_Sender] = []
        owners: dict[str, tuple[str, str]] = {}
        with self._hub.store.view() as view:
            ids = [one.record.id for one in senders if not one.who.may_all]
            held = {one: number for one, (number, _) in view.numbers_of(ids).items()} if ids else {}
            known = {source.name for source in view.sources()}
            for one in senders:
                record = one.record
                try:
                    check_sources(view, [record.source], one.who)
                    if record.id in held:
                        check_codes(
                            view,
                            {record.id: held[record.id]},
                            {record.id: record.handling},
                            one.who,
                        )
                    first = owners.setdefault(record.source, one.who.owner)
                    if (
                        record.source not in known
                        and not one.who.may_all
                        and first != one.who.owner
                    ):
                        # two come at once with a new name: it is the first one's
                        raise not_theirs(record.source, one.who)
                except OwnerError as error:
                    one.error = error
                else:
                    allowed.append(one)
        return allowed, owners

    def _land(self, senders: Sequence[_Sender]) -> None:
        senders, owners = self._allowed(senders)
        if not senders:
            return
        batch = Batch.from_records(sender.record for sender in senders).canonical()
        names_of = sorted({sender.who.name for sender in senders} - {""})
        who = ", ".join(names_of[:_NAMED]) + (
            f" and {len(names_of) - _NAMED} more" if len(names_of) > _NAMED else ""
        )
        version = self._hub.add(
            Intake(batch, (), ()), kind="record", who=who, owners=owners
        ).version
        with self._hub.store.view(version) as view:
            numbers = {
                one: number for one, (number, _) in view.numbers_of(batch.ids.to_pylist()).items()
            }
            record, entity, _ = view.memberships(list(numbers.values()))
            names = view.entity_ids(np.unique(entity).tolist())
            entity_of = dict(zip(record.tolist(), entity.tolist(), strict=True))
        for sender in senders:
            sender.answer = Posted(version, names[entity_of[numbers[sender.record.id]]])


def admitted(record: Record, *, accept_restricted: bool = False) -> None:
    """Raises `InputError` where a record may not enter."""
    alone = BatchAt(Batch.from_records([record]), np.zeros(1, dtype=np.int32))
    _, nameless = without_placeholders(alone, "")
    _, refused = admit(alone, "", accept_restricted)
    faults = [*refused, *nameless]
    if faults:
        raise InputError(faults[0].reason, mend="correct the record")


def _first_of_each(senders: Sequence[_Sender]) -> dict[str, _Sender]:
    """The first to come for each record id, as many as land at once."""
    chosen: dict[str, _Sender] = {}
    for sender in senders:
        if len(chosen) < MOST:
            chosen.setdefault(sender.record.id, sender)
    return chosen


def _answered(sender: _Sender) -> Posted:
    assert sender.answer is not None
    return sender.answer
