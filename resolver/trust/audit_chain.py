"""Queries of the audit log, and the proof that nobody changed it.

- `verify_log` computes the chain of the log again and compares it with signed heads.
- `sign_head` writes a signed head: the number and the chain of the last event, with an Ed25519
  signature. Keep signed heads outside of the store, where people who can change the store cannot
  change them. If a log was changed and its chain computed again, or if its end was cut off, it
  differs from the heads.
- `find_accesses` says who was shown a record, by its id, by the ids of the entities that it was in,
  or by a reference to it.
- `report_subject` collects what the store holds about one person, and lists to whom it was shown.
"""

from __future__ import annotations

import base64
import heapq
import json
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from resolver.errors import StoreError
from resolver.records.record import Handling, Record
from resolver.records.visibility import OPERATOR, Viewer, is_visible, owner_of
from resolver.store import (
    AuditEvent,
    AuditFault,
    AuditHead,
    Store,
    StoreView,
    read_reference,
    record_tag,
)
from resolver.store.audit import ERASURE
from resolver.store.contacts import REFERENCE
from resolver.store.database import utc_text

_ALL_EVENTS = 10_000_000
_EVENTS_AT_ONCE = 2_000
"""Number of events in memory at once while accesses are looked for. Fewer would mean more queries.
"""
_FORMAT = "watchlist-resolver audit head 1"
_CONTENT = ("format", "at", "number", "chain")


@dataclass(frozen=True, slots=True)
class LogProof:
    """Outcome of `verify_log`.

    `head`: last event. `events`: number of events. `heads`: number of signed heads with which the
    log was compared. `faults`: faults by the number of the event. `removals`: events that state
    that other events were removed by their age, or erased.
    """

    head: AuditHead
    events: int
    heads: int
    faults: Sequence[AuditFault]
    removals: Sequence[AuditEvent]


@dataclass(frozen=True, slots=True)
class RecordAccess:
    """Event that showed a record; `shown` is the id under which the record was shown.

    It is empty for events that do not name the records that they showed, such as a backup.
    """

    event: AuditEvent
    shown: str


def create_signing_key(path: Path) -> str:
    """Write a new private key, readable for its owner only, and return the public key.

    Raises `StoreError` if the file exists or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    data = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as out:
            out.write(data)
    except FileExistsError:
        raise StoreError(
            "the file exists", place=str(path), hint="choose another name; a key is not replaced"
        ) from None
    except OSError as error:
        raise _file_error("the key cannot be written", path, error) from None
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def sign_head(store: Store, key_path: Path, path: Path) -> AuditHead:
    """Append the signed head of the log to a file, and return the head.

    The file has one JSON object a line. Raises `StoreError`.
    """
    key = _read_key(key_path)
    head = store.audit_events.head()
    content = {"format": _FORMAT, "at": utc_text(), **asdict(head)}
    signature = base64.b64encode(key.sign(_signed_text(content))).decode()
    line = json.dumps({**content, "signature": signature}) + "\n"
    try:
        with path.open("a", encoding="utf-8") as out:
            out.write(line)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise _file_error("the signed head cannot be written", path, error) from None
    return head


def verify_log(store: Store, heads: Path | None = None, public_key: str = "") -> LogProof:
    """Verify the chain of the log, and compare it with signed heads.

    `heads`: file that `sign_head` wrote. `public_key`: as `create_signing_key` returned it. Raises
    `StoreError` if the file cannot be read, or if a head was not signed with this key.
    """
    # read the file first: a head that is signed meanwhile would be beyond the end of the log
    signed = [] if heads is None else _read_heads(heads, public_key)
    proof = store.audit_events.verify()
    removed = {event.query.get("through"): event.query.get("chain") for event in proof.removals}
    found, compared = list(proof.faults), 0
    for at, number, chain in signed:
        if number > proof.head.number:
            compared += 1
            problem = f"missing: they were in the log at {at}"
            found.append(AuditFault(proof.head.number + 1, number, problem))
        elif number >= proof.first:
            compared += 1
            if store.audit_events.chain_at(number) != chain:
                problem = f"an event up to this one was changed after {at}, and all hashes after it"
                found.append(AuditFault(number, number, problem))
        elif number in removed:
            compared += 1
            if removed[number] != chain:
                problem = "they were removed, and the log states another chain than the signed head"
                found.append(AuditFault(1, number, problem))
    if signed and not compared:
        problem = "no signed head is about an event that is left, so nothing is proved"
        found.append(AuditFault(proof.first, proof.head.number, problem))
    return LogProof(proof.head, proof.events, compared, found, proof.removals)


def find_accesses(
    store: Store, record_ids: Sequence[str], viewer: Viewer = OPERATOR
) -> list[RecordAccess]:
    """Return the events that showed one of some records, the oldest first.

    An event counts if it names a record, or an entity that a record was in at the revision of the
    event. Events that do not name the records that they showed, such as backups, count as well,
    with an empty `shown`. Raises `StoreError` if the store never had one of the records, or none
    that the viewer may see.
    """
    return list(_iterate_accesses(store, record_ids, viewer, LogFilter(), 0))


def _iterate_accesses(
    store: Store, record_ids: Sequence[str], viewer: Viewer, choice: LogFilter, after: int
) -> Iterator[RecordAccess]:
    """Yield the accesses of `find_accesses` that a filter selects and whose number is above
    `after`.

    The log is read in parts, so a caller who needs one page reads only the log up to that page.
    """
    names: dict[str, list[tuple[int, int | None]]] = {}
    first = None
    with store.view() as view:
        for record_id in record_ids:
            spans, since = _names_of(view.seen_by(viewer), record_id)
            names[record_id] = [(0, None)]
            first = since if first is None else min(first, since)
            for name, rows in spans.items():
                names.setdefault(name, []).extend(rows)
    emptied: dict[int, set[str]] = {}
    for event in store.audit_events.list(actions=[ERASURE], limit=_ALL_EVENTS):
        for number, ids in event.query.get("shown", {}).items():
            emptied.setdefault(int(number), set()).update(ids)
    # the erasure of another record has emptied these events, but it keeps which ids they have shown
    numbers = [number for number, ids in emptied.items() if not ids.isdisjoint(names)]
    blank = [event for event in store.audit_events.get(sorted(numbers)) if event.number > after]
    actions = {choice.action} if choice.action else set(_UNNAMED)
    parts = (
        _iterate_events(store, choice, after, containing=[*names, _CONTACTS]),
        iter([event for event in blank if choice.accepts(event)]),
        _iterate_events(store, choice, after, actions=sorted(actions.intersection(_UNNAMED))),
    )
    secret, tags = store.contacts.secret(), set(map(record_tag, record_ids))
    last = 0
    for event in heapq.merge(*parts, key=lambda event: event.number):
        if event.number == last or event.action == ERASURE:
            continue
        words = {*_texts(event.query), *_texts(event.answer), *emptied.get(event.number, ())}
        shown = [
            name
            for name, spans in names.items()
            if name in words and any(_is_within(event.revision, span) for span in spans)
        ]
        shown += [text for text in _references(event) if _names_one_of(tags, text, event, secret)]
        is_unnamed = event.action in _UNNAMED and event.revision >= (first or 0)
        if shown or (is_unnamed and _shows_unnamed(event)):
            last = event.number
            yield RecordAccess(event, shown[0] if shown else "")


def _iterate_events(
    store: Store,
    choice: LogFilter,
    after: int,
    *,
    containing: Sequence[str] = (),
    actions: Sequence[str] = (),
) -> Iterator[AuditEvent]:
    """Yield the events that a filter selects and that contain one of some texts or have one of some
    actions; none if both are empty.
    """
    while containing or actions:
        events = store.audit_events.list(
            **choice.columns(actions), containing=containing, after=after, limit=_EVENTS_AT_ONCE
        )
        yield from events
        if len(events) < _EVENTS_AT_ONCE:
            return
        after = events[-1].number


def report_subject(store: Store, requested_id: str) -> dict[str, Any]:
    """Return everything that the store holds about a person, for a person who asks for it.

    `requested_id`: id of an entity, which may be retired, or of a record. The result can be written
    as JSON: `entity`, `records` (every version, with handling and values), `decisions` and
    `accesses`. Raises `StoreError` for an unknown id.
    """
    with store.view() as view:
        entity = view.entity(requested_id)
        if entity is None:
            raise StoreError(
                f"there is no record or entity {requested_id[:80]!r}",
                hint="find it with `resolver search`",
            )
        versions = [row for record_id in entity.records for row in view.record_versions(record_id)]
        times = {row.revision: row.committed_at for row in view.revisions()}
        records = [
            {
                "id": row.record.id,
                "source": row.record.source,
                "valid_from": times.get(row.valid_from, ""),
                "valid_to": None if row.valid_to is None else times.get(row.valid_to, ""),
                **_describe_record(row.record),
            }
            for row in versions
        ]
        decisions = [
            {
                "left": row.decision.left_id,
                "right": row.decision.right_id,
                "verdict": str(row.decision.verdict),
                "at": times.get(row.revision, ""),
            }
            for row in view.decisions(list(entity.records))
        ]
    return {
        "entity": entity.id,
        "records": records,
        "decisions": decisions,
        "accesses": [describe_access(access) for access in find_accesses(store, entity.records)],
    }


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Filter of events; an empty text does not filter.

    `since` and `before` are times as texts (`2026-03-01`), `record` is the id of a record that was
    shown. `only_agency`: the reader may see only events of this agency.
    """

    since: str = ""
    before: str = ""
    who: str = ""
    agency: str = ""
    action: str = ""
    record: str = ""
    only_agency: str = ""

    def columns(self, actions: Sequence[str] = ()) -> dict[str, Any]:
        """Return the filter as arguments of `AuditEvents.list`, without the record."""
        return {
            "since": self.since,
            "before": self.before,
            "actor": self.who or None,
            "agency": self.only_agency or self.agency or None,
            "actions": actions or ([self.action] if self.action else ()),
        }

    def accepts(self, event: AuditEvent) -> bool:
        """Return whether an event passes the filter, not counting the records that it showed."""
        return (
            (self.only_agency or self.agency or event.agency) == event.agency
            and self.who in ("", event.actor)
            and self.action in ("", event.action)
            and self.since <= event.at
            and (not self.before or event.at < self.before)
        )


def read_log(
    store: Store, choice: LogFilter, *, after: int = 0, limit: int = 1000, newest: bool = False
) -> list[AuditEvent]:
    """Return events above the number `after`, at most `limit`, the oldest first.

    With `newest`, these are the last events instead of the first. For a record that the store never
    had, the result is empty, so that nobody learns whether a hidden record exists.
    """
    if choice.only_agency and choice.agency not in ("", choice.only_agency):
        return []
    if not choice.record:
        return store.audit_events.list(**choice.columns(), after=after, limit=limit, newest=newest)
    viewer = OPERATOR
    if choice.only_agency:
        viewer = Viewer("auditor", choice.only_agency, frozenset({"check"}))
    accesses = _iterate_accesses(store, [choice.record], viewer, choice, after)
    try:
        chosen = deque(accesses, limit) if newest else islice(accesses, limit)
        return [access.event for access in chosen]
    except StoreError:
        return []


def open_log(url: str) -> AbstractContextManager[Store]:
    """Open the store at a URL for questions about its log. Raises `StoreError` if there is no
    store.
    """
    return Store.open(url, create=False)


def describe_event(event: AuditEvent, *, short: bool = False) -> str:
    """Return an event as one line for people; `short` leaves out the query."""
    who = event.actor or "somebody without a key"
    if event.agency:
        who = f"{who} ({event.agency})"
    command = f" {event.query['command']}" if event.query.get("command") else ""
    text = f"{event.number}  {event.at[:19]}Z  {who}: {event.action}{command}"
    if event.purpose:
        text = f"{text}, purpose {event.purpose!r}"
    if not short and event.query:
        text = f"{text}  {json.dumps(event.query, ensure_ascii=False)[:200]}"
    return text


def describe_access(access: RecordAccess) -> dict[str, Any]:
    """Return an access as JSON: who was shown what, when and why. It has no queries."""
    event = access.event
    return {
        "number": event.number,
        "at": event.at,
        "who": event.actor,
        "agency": event.agency,
        "action": event.action,
        "command": event.query.get("command", "") if event.action == "command" else "",
        "purpose": event.purpose,
        "shown": access.shown or UNNAMED,
    }


def _describe_record(record: Record) -> dict[str, Any]:
    """Return the informative fields of a record, without its id and source."""
    stated = json.loads(json.dumps(asdict(record), default=str))
    return {
        name: value
        for name, value in stated.items()
        if name not in ("id", "source") and value not in ("", [], None)
    }


def _names_of(
    view: StoreView, record_id: str
) -> tuple[dict[str, list[tuple[int, int | None]]], int]:
    """Return when a record was in each entity, by the id of the entity, and the record's first
    revision.

    A span is (first revision, revision from which it no longer holds; None: it still holds).
    """
    numbers = view.record_numbers([record_id]).get(record_id, [])
    handling = view.handling_of(numbers)
    numbers = [n for n in numbers if is_visible(handling.get(n, Handling()), view.viewer)]
    if not numbers:
        raise StoreError(
            f"the store has never had a record {record_id[:80]!r}",
            hint="find its id with `resolver search`",
        )
    own = set(numbers)
    _, entities, _ = view.memberships(numbers, include_ended=True)
    spans: dict[str, list[tuple[int, int | None]]] = {}
    homes = sorted(set(entities.tolist()))
    ids = view.entity_ids(homes)
    members = view.membership_spans(homes)
    own_spans: dict[int, list[tuple[int, int | None]]] = {}
    for number, entity, since, until in members:
        if number in own:
            own_spans.setdefault(entity, []).append((since, until))
            spans.setdefault(ids[entity], []).append((since, until))
    first = min(since for rows in spans.values() for since, _ in rows) if spans else 0
    # the id of an entity of restricted records comes from the eldest record that its reader sees
    record_names = view.record_ids(sorted({number for number, *_ in members}))
    restricted = view.restricted_ids(sorted(set(record_names.values())))
    for number, entity, since, until in members:
        row = restricted.get(record_names[number])
        if row is not None:
            spans.setdefault(row.id, []).extend(
                part for span in own_spans[entity] if (part := _overlap(span, (since, until)))
            )
    return spans, first


def _references(event: AuditEvent) -> list[str]:
    """Return the references to records that the answer of an event has."""
    return [text for text in _texts(event.answer) if REFERENCE.fullmatch(text)]


def _names_one_of(tags: set[int], reference: str, event: AuditEvent, secret: str) -> bool:
    """Return whether a reference in an event is one to a record with one of some tags."""
    asker = owner_of(Viewer(event.actor, event.agency))
    return read_reference(secret, asker, reference) in tags


def _overlap(
    one: tuple[int, int | None], other: tuple[int, int | None]
) -> tuple[int, int | None] | None:
    """Return the revisions that two spans have in common, or None."""
    since = max(one[0], other[0])
    ends = [end for end in (one[1], other[1]) if end is not None]
    until = min(ends) if ends else None
    return None if until is not None and until <= since else (since, until)


def _is_within(revision: int, span: tuple[int, int | None]) -> bool:
    since, until = span
    return since <= revision and (until is None or revision < until)


def _texts(value: Any) -> list[str]:
    """Return all texts in a JSON value, keys included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for pair in value.items() for part in pair for text in _texts(part)]
    if isinstance(value, (list, tuple)):
        return [text for part in value for text in _texts(part)]
    return []


UNNAMED = "not named: any record"
"""What an event showed that does not name the records, such as a backup or a list of pairs."""
_CONTACTS = "contacts"
"""Text in the answer of an event that has references to records."""
_UNNAMED = ("command", "batch", "changes")
_NAMING = frozenset({"check", "clear", "search", "explain", "decide", "split", "withdraw", "audit"})
"""Commands whose event names the records that they show."""


def _shows_unnamed(event: AuditEvent) -> bool:
    """Return whether an event showed records without naming them."""
    if event.action == "changes":
        return True
    if event.action == "batch":
        # the references in a table of agencies to contact name their records
        return event.query.get("file") not in (None, "", "contacts")
    command = str(event.query.get("command", "")).split(" ")[0]
    return bool(event.answer.get("records")) and command not in _NAMING


def _read_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise _file_error("the key cannot be read", path, error) from None
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise StoreError(
            "the file has no Ed25519 private key",
            place=str(path),
            hint="make one with `resolver audit key`",
        )
    return key


def _signed_text(content: Mapping[str, Any]) -> bytes:
    return json.dumps([content[name] for name in _CONTENT]).encode()


def _read_heads(path: Path, public_key: str) -> list[tuple[str, int, str]]:
    """Return (time, number, chain) of each signed head in a file, in its order."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
    except ValueError:
        raise StoreError(
            "the public key is not one", hint="give the text that `resolver audit key` printed"
        ) from None
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _file_error("the signed heads cannot be read", path, error) from None
    heads = []
    for number, line in enumerate(lines, 1):
        try:
            content = json.loads(line)
            key.verify(base64.b64decode(content["signature"]), _signed_text(content))
            heads.append((str(content["at"]), int(content["number"]), str(content["chain"])))
        except InvalidSignature:
            raise StoreError(
                "this head was not signed with the key, or was changed afterwards",
                place=f"{path}, line {number}",
            ) from None
        except (ValueError, TypeError, KeyError):
            raise StoreError(
                "this line is no signed head", place=f"{path}, line {number}"
            ) from None
    return heads


def _file_error(problem: str, path: Path, error: Exception) -> StoreError:
    reason = getattr(error, "strerror", None) or str(error)
    return StoreError(f"{problem}: {reason.lower()}", place=str(path))
