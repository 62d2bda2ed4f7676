"""Erasures: the values of some records are taken out of every table of a store.

An erasure is a row with a state. One person asks for it (`ASKED`), another one confirms it
(`RUNNING`), and whoever has the store open carries it out (`resolver.trust.erasure`): after a kill,
the next one goes on. What has to be erased is kept encrypted in the row until it is gone
everywhere, and is then removed from the row as well.

What is left of an erased record: its versions without values, its handling (agency and code, which
say who may know of it), and an id in place of its own. The id is a keyed hash, so a list that sends
the record again is recognized (`resolver.hub.list_updates`).

Rules of retention (`Retention`) ask for the erasure of records whose time is over; one person then
confirms it.

The module reads in this order: rows of erasures, retention, the values of records, and the
rewriting of tables.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from sqlalchemy import (
    JSON,
    Connection,
    Engine,
    Table,
    Text,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)

from resolver.errors import InputError, StoreError
from resolver.records import Handling
from resolver.records.packing import SEPARATOR, handling_text
from resolver.records.properties import (
    ADDRESS,
    DATASETS,
    HANDLING,
    IDENTIFIER_SET,
    PROPERTIES,
    RELATION,
    ValueType,
)
from resolver.store.audit import ERASURE, RETENTION, blank_events
from resolver.store.bulk_rows import is_among, parse_utc_text, utc_text
from resolver.store.database import read_transaction, translate_errors, write_transaction
from resolver.store.record_contents import ERASED_PREFIX, decode_handling, erased_id
from resolver.store.schema import (
    audit_events,
    decisions,
    erasures,
    hit_verdicts,
    links,
    meta,
    metadata,
    notices,
    populations,
    rechecks,
    records,
    restricted_ids,
    retention_rules,
    revisions,
    sources,
    subscriptions,
    watched_subjects,
    watches,
)
from resolver.store.watches import NEVER, SubjectCipher

KIND = "erasure"
"""Kind of the commit that takes the values out."""
MAX_RECORDS = 1_000
"""Records of one erasure. More of them are a list, which is withdrawn and erased in parts."""
MAX_REASON = 2_000
MIN_BYTES = 5
"""Bytes of a text from which it is searched for: shorter ones stand in any file by chance."""
_MAX_WORDS = 6
"""Words of a name whose other orders are searched for in files; a longer text is no name."""
_LONG_TEXT = 30
"""Characters from which a free text tells whom it is about."""
_ROWS_AT_ONCE = 5_000
_GROUPED, _FEW = 4, 8
"""Characters by which the texts of a pattern are grouped, and the number that needs no groups."""
_ERASED = "[erased]"


class ErasureState(StrEnum):
    """State of an erasure."""

    ASKED = "asked"
    """It waits for a second person."""
    REFUSED = "refused"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class ErasedValues:
    """What has to be erased.

    - `ids`: ids of records.
    - `texts`: values that tell whom they are about, such as names and numbers. They are taken out
      wherever they stand.
    - `others`: further values, such as birth dates, and other orders of the words of a name. They
      go with the rows that name the record, and files of lists are searched for them.
    - `shared`: values that records which stay state as well, so that they are left. So is the id of
      the record where another one names it.
    - `contained`: ids that are a part of another id. Tables are searched for them as whole words,
      and files are not.
    - `short`: number of values that are too short to be searched for.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    contained: tuple[str, ...] = ()
    short: int = 0
    is_collected: bool = False

    @property
    def rewritten(self) -> tuple[str, ...]:
        """Texts that are taken out wherever they stand."""
        return (*self.ids, *self.texts)

    @property
    def searched(self) -> tuple[str, ...]:
        """Texts that no row may hold any more."""
        return tuple(text for text in self.rewritten if text not in self.shared)

    @property
    def searched_bytes(self) -> tuple[str, ...]:
        """Texts that no file may hold any more."""
        return tuple(text for text in self.searched if text not in self.contained)


@dataclass(frozen=True, slots=True)
class Erasure:
    """Erasure of some records. `records`: the ids that take the place of theirs; `proof`: what was
    rewritten, searched and left, once it is done. Times are UTC texts.
    """

    number: int
    id: str
    state: ErasureState
    reason: str
    asked_by: str
    agency: str
    asked: str
    decided_by: str
    decided: str
    finished: str
    records: Sequence[str]
    proof: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Erasures:
    """Erasures of a store."""

    engine: Engine

    def ask(
        self,
        ids: Sequence[str],
        reason: str,
        *,
        who: str,
        agency: str = "",
        confirmed: bool = False,
    ) -> Erasure:
        """Ask for the erasure of records; `confirmed` starts it at once.

        Raises `InputError` for an unknown record or one that was erased, and without a reason.
        """
        wanted = sorted(set(ids))
        if not reason.strip() or len(reason) > MAX_REASON:
            raise InputError(
                f"an erasure needs a reason of at most {MAX_REASON:,} characters",
                hint="name the legal ground, not the person",
            )
        if not 0 < len(wanted) <= MAX_RECORDS:
            raise InputError(
                f"an erasure has 1 to {MAX_RECORDS:,} records, not {len(wanted):,}",
                hint="erase them in parts",
            )
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            known = _stored_ids(connection, wanted)
            for record_id in wanted:
                if _is_erased(record_id):
                    raise InputError(f"the record {record_id[:200]} was erased already")
                if record_id not in known:
                    raise InputError(
                        f"the store has never had a record {record_id[:200]}",
                        hint="ids are <source>:<id>, as in an export",
                    )
            return _insert_erasure(connection, wanted, reason, who, agency, confirmed=confirmed)

    def confirm(self, erasure_id: str, who: str) -> Erasure:
        """Start an erasure that somebody else has asked for. Raises `StoreError`."""
        return self._decide(erasure_id, who, ErasureState.RUNNING)

    def refuse(self, erasure_id: str, who: str) -> Erasure:
        """Refuse an erasure. What it was about is forgotten. Raises `StoreError`."""
        return self._decide(erasure_id, who, ErasureState.REFUSED)

    def _decide(self, erasure_id: str, who: str, state: ErasureState) -> Erasure:
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            # of two persons who decide at the same time, the second one waits for the first
            row = _row(connection, erasure_id, lock=True)
            if row.state != ErasureState.ASKED:
                raise StoreError(f"the erasure is {row.state} already", hint="see its page")
            if state is ErasureState.RUNNING and row.asked_by == who:
                raise StoreError(
                    "you have asked for this erasure yourself", hint="another person confirms it"
                )
            values: dict[str, Any] = {"state": str(state), "decided_by": who, "decided": utc_text()}
            if state is ErasureState.REFUSED:
                values["content"] = b""
            connection.execute(update(erasures).where(erasures.c.id == erasure_id).values(**values))
            return _erasure(_row(connection, erasure_id))

    def get(self, erasure_id: str) -> Erasure:
        """Return an erasure. Raises `StoreError` for an unknown id."""
        with read_transaction(self.engine) as connection:
            return _erasure(_row(connection, erasure_id))

    def list(self, state: ErasureState | None = None) -> list[Erasure]:
        """Return the erasures, the newest first."""
        query = select(erasures).order_by(erasures.c.number.desc())
        if state is not None:
            query = query.where(erasures.c.state == str(state))
        with read_transaction(self.engine) as connection:
            return [_erasure(row) for row in connection.execute(query)]

    def values(self, erasure: Erasure) -> ErasedValues:
        """Return what an erasure is about; nothing of one that is done or refused."""
        with read_transaction(self.engine) as connection:
            secret = connection.execute(select(meta.c.id_secret)).scalar_one()
            content = _row(connection, erasure.id).content
        return _open(secret, erasure.id, content)

    def rewrite(self, erasure: Erasure, audit_row: Mapping[str, Any]) -> dict[str, int]:
        """Take the values out of all tables in one transaction; return how many rows of each table
        were rewritten. The caller holds the commit lock, and none of the records is valid.

        It can be repeated: rows that were written meanwhile are rewritten, too. `audit_row`: event
        of the erasure, as for `AuditEvents.append`.
        """
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            secret = connection.execute(select(meta.c.id_secret)).scalar_one()
            values = _open(secret, erasure.id, _row(connection, erasure.id).content)
            if not values.is_collected:
                values = collect_values(connection, values.ids)
                content = _seal(secret, erasure.id, values)
                row = update(erasures).where(erasures.c.id == erasure.id)
                connection.execute(row.values(content=content))
                _commit_erasure(connection, erasure)
            counts = _Rewriter(connection, secret, values).run()
            shown = find_events(connection, values)
            if shown:
                stated = {"erasure": erasure.id, "shown": shown}
                event = {**audit_row, "query": {**audit_row["query"], **stated}}
                counts["consultations"] = blank_events(connection, [*map(int, shown)], event)
            return {table: count for table, count in sorted(counts.items()) if count}

    def finish(self, erasure: Erasure, proof: Mapping[str, Any]) -> Erasure:
        """End an erasure: keep its proof, and forget what it was about.

        If another process has ended it meanwhile, the proof of that process stays.
        """
        values = {
            "state": str(ErasureState.DONE),
            "finished": utc_text(),
            "content": b"",
            "proof": dict(proof),
        }
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            is_running = (erasures.c.id == erasure.id, erasures.c.state == ErasureState.RUNNING)
            connection.execute(update(erasures).where(*is_running).values(**values))
        return self.get(erasure.id)

    def compact(self) -> str:
        """Write all tables anew, so that freed space holds no values; return why that failed, or an
        empty text. On SQLite the log of changes (WAL) is emptied as well.
        """
        try:
            if self.engine.dialect.name == "postgresql":
                with self.engine.connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT")
                    for table in metadata.sorted_tables:
                        connection.exec_driver_sql(f'VACUUM FULL "{table.name}"')
                return ""
            raw = self.engine.raw_connection()
            try:
                cursor = raw.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                # the copy can be larger than the memory
                cursor.execute("PRAGMA temp_store=FILE")
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA temp_store=MEMORY")
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                cursor.close()
            finally:
                raw.close()
            return "another process is reading the store" if busy else ""
        except self.engine.dialect.loaded_dbapi.Error as error:
            lines = str(error).strip().splitlines()
            return lines[0] if lines else type(error).__name__

    def find_left(self, values: ErasedValues) -> dict[str, int]:
        """Return the number of rows that still hold a text, by table and column."""
        left: dict[str, int] = {}
        with read_transaction(self.engine) as connection:
            words = _Words.of(connection, values.ids, values.searched)
            for table in metadata.sorted_tables:
                columns = [*_text_columns(table)]
                if not columns:
                    continue
                query = select(*columns).execution_options(yield_per=_ROWS_AT_ONCE)
                for row in connection.execute(query):
                    for column, value in zip(columns, row, strict=True):
                        if value and words.are_in(value):
                            place = f"{table.name}.{column.name}"
                            left[place] = left.get(place, 0) + 1
        return left

    def list_erased(self) -> Sequence[str]:
        """Return the ids of all erased records, for backups that were made before."""
        with read_transaction(self.engine) as connection:
            is_erased = erasures.c.state.in_((str(ErasureState.RUNNING), str(ErasureState.DONE)))
            rows = connection.execute(select(erasures.c.records).where(is_erased)).scalars()
            return sorted({record_id for row in rows for record_id in row})

    def list_key(self) -> str:
        """Return a text by which a list of erased ids is known to be one of this store."""
        with read_transaction(self.engine) as connection:
            return erased_id(connection.execute(select(meta.c.id_secret)).scalar_one(), "")

    def find_records(self, erased: Iterable[str]) -> Sequence[str]:
        """Return the ids of the records of the store that have erased ids, as in a backup that was
        made before their erasure.
        """
        wanted = set(erased)
        with read_transaction(self.engine) as connection:
            secret = connection.execute(select(meta.c.id_secret)).scalar_one()
            ids = connection.execute(select(records.c.record_id).distinct()).scalars()
            return sorted(row for row in ids if erased_id(secret, row) in wanted)


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Rule for the records of a source and a category of data subjects; an empty text stands for
    all. Days count from the last statement of a record: its version, its list, or its withdrawal.

    `review_days`: until somebody has to look whether the record is still needed. `keep_days`: until
    its erasure is proposed. None: never.
    """

    source: str
    category: str
    review_days: int | None
    keep_days: int | None


@dataclass(frozen=True, slots=True)
class DueRecord:
    """Record whose time is over by a rule. `due`: UTC text; `is_review`: it is to be reviewed, else
    its erasure is proposed.
    """

    record_id: str
    rule: RetentionRule
    due: str
    is_review: bool


RETENTION_ACTOR = "rules of retention"
"""Who has asked for the erasures that rules propose."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Life cycle of records: rules, and what they make due."""

    engine: Engine

    def set_rule(self, rule: RetentionRule) -> None:
        """Store a rule in place of that of the same source and category; without days it goes.

        Raises `InputError` for a number of days below 1.
        """
        days = [row for row in (rule.review_days, rule.keep_days) if row is not None]
        if any(row < 1 or row > 36_500 for row in days):
            raise InputError("a rule has 1 to 36,500 days", hint="0 removes the number")
        c = retention_rules.c
        is_same = and_(c.source == rule.source, c.category == rule.category)
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            connection.execute(delete(retention_rules).where(is_same))
            if days:
                connection.execute(insert(retention_rules).values(**asdict(rule)))

    def rules(self) -> Sequence[RetentionRule]:
        """Return all rules, by source and category."""
        c = retention_rules.c
        query = select(retention_rules).order_by(c.source, c.category)
        with read_transaction(self.engine) as connection:
            return [RetentionRule(*row) for row in connection.execute(query)]

    def find_due(self, now: str = "") -> Sequence[DueRecord]:
        """Return the records whose time is over, by id; none of those that were erased, or whose
        erasure waits or was refused within the days of the rule.
        """
        at = parse_utc_text(now or utc_text())
        by_key = {(rule.source, rule.category.casefold()): rule for rule in self.rules()}
        with read_transaction(self.engine) as connection:
            secret, head = connection.execute(select(meta.c.id_secret, meta.c.version)).one()
            times = dict(connection.execute(select(revisions.c.version, revisions.c.landed)).all())
            lists = {row.number: row for row in connection.execute(select(sources)).all()}
            decided = {
                new_id: row.decided
                for row in connection.execute(select(erasures).order_by(erasures.c.number))
                for new_id in row.records
            }
            newest: dict[str, tuple[Any, ...]] = {}
            c = records.c
            query = select(c.record_id, c.source, c.valid_from, c.valid_to, c.content)
            # a commit that is being staged has not happened
            query = query.where(c.valid_from <= head)
            query = query.order_by(c.number).execution_options(yield_per=_ROWS_AT_ONCE)
            for record_id, source, since, until, content in connection.execute(query):
                until = None if until is not None and until > head else until
                handling = decode_handling(content) or Handling()
                category, stated = handling.subject_category, handling.review_date
                newest[record_id] = (source, since, until, category, stated)
        found = []
        for record_id, (source, since, until, category, stated) in sorted(newest.items()):
            if _is_erased(record_id):
                continue
            rule = _choose_rule(by_key, lists[source].name, category)
            last = times[since if until is None else until]
            if until is None:
                last = max(last, lists[source].updated)
            new_id = erased_id(secret, record_id)
            if rule is not None and rule.keep_days is not None:
                start = max(last, decided[new_id]) if decided.get(new_id) else last
                due = utc_text(parse_utc_text(start) + timedelta(days=rule.keep_days))
                if new_id in decided and not decided[new_id]:
                    continue
                if due <= utc_text(at):
                    found.append(DueRecord(record_id, rule, due, is_review=False))
                    continue
            review = _review_date(rule, last, stated)
            if until is None and review and review <= utc_text(at):
                chosen = rule or RetentionRule("", "", None, None)
                found.append(DueRecord(record_id, chosen, review, is_review=True))
        return found

    def propose(self, now: str = "") -> Sequence[Erasure]:
        """Ask for the erasure of the records whose time is over; somebody confirms it.

        Records whose erasure another process has asked for meanwhile are left out.
        """
        by_rule: dict[RetentionRule, list[str]] = {}
        for row in self.find_due(now):
            if not row.is_review:
                by_rule.setdefault(row.rule, []).append(row.record_id)
        asked = []
        for rule, ids in by_rule.items():
            reason = (
                f"kept for {rule.keep_days} days: rule for "
                f"{rule.source or 'all sources'}, {rule.category or 'all categories'}"
            )
            for start in range(0, len(ids), MAX_RECORDS):
                part = ids[start : start + MAX_RECORDS]
                with translate_errors(self.engine), write_transaction(self.engine) as connection:
                    # on PostgreSQL, another process that proposes waits here
                    locked = select(meta.c.id_secret).with_for_update()
                    secret = connection.execute(locked).scalar_one()
                    is_open = erasures.c.state.in_((ErasureState.ASKED, ErasureState.RUNNING))
                    rows = connection.execute(select(erasures.c.records).where(is_open)).scalars()
                    waiting, known = (
                        {end for row in rows for end in row},
                        _stored_ids(connection, part),
                    )
                    new = [
                        end
                        for end in part
                        if end in known and erased_id(secret, end) not in waiting
                    ]
                    if new:
                        asked.append(_insert_erasure(connection, new, reason, RETENTION_ACTOR))
        return asked


def _choose_rule(
    by_key: Mapping[tuple[str, str], RetentionRule], source: str, category: str
) -> RetentionRule | None:
    """Return the rule that says most: of source and category, source, category, or all."""
    keys = ((source, category), (source, ""), ("", category), ("", ""))
    found = (by_key.get((name, kind.casefold())) for name, kind in keys)
    return next((rule for rule in found if rule is not None), None)


def _review_date(rule: RetentionRule | None, last: str, stated: str) -> str:
    """Return when a record is to be reviewed: on the day that it states, or by its rule."""
    if re.fullmatch(r"\d{4}(-\d\d){0,2}", stated):
        # of a month or a year, from its first day on
        return f"{stated}-01-01"[:10] if len(stated) == 4 else f"{stated}-01"[:10]
    if rule is None or rule.review_days is None:
        return ""
    return utc_text(parse_utc_text(last) + timedelta(days=rule.review_days))


def _row(connection: Connection, erasure_id: str, *, lock: bool = False) -> Any:
    query = select(erasures).where(erasures.c.id == erasure_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise StoreError(f"there is no erasure {erasure_id[:60]!r}", hint="check the id")
    return row


def _insert_erasure(
    connection: Connection,
    ids: Sequence[str],
    reason: str,
    who: str,
    agency: str = "",
    *,
    confirmed: bool = False,
) -> Erasure:
    now = utc_text()
    secret = connection.execute(select(meta.c.id_secret)).scalar_one()
    row = {
        "id": uuid.uuid4().hex,
        "state": str(ErasureState.RUNNING if confirmed else ErasureState.ASKED),
        "reason": reason.strip(),
        "asked_by": who,
        "agency": agency,
        "asked": now,
        "decided_by": who if confirmed else "",
        "decided": now if confirmed else "",
        "finished": "",
        "records": [erased_id(secret, record_id) for record_id in ids],
        "proof": {},
    }
    content = _seal(secret, str(row["id"]), ErasedValues(tuple(ids)))
    connection.execute(insert(erasures).values(**row, content=content))
    return _erasure(_row(connection, str(row["id"])))


def _is_erased(record_id: str) -> bool:
    return f":{ERASED_PREFIX}" in record_id


def _erasure(row: Any) -> Erasure:
    values = row._asdict()
    del values["content"]
    return Erasure(**{**values, "state": ErasureState(row.state)})


def _seal(secret: str, erasure_id: str, values: ErasedValues) -> bytes:
    return SubjectCipher(secret, erasure_id).seal(orjson.dumps(asdict(values)))


def _open(secret: str, erasure_id: str, content: bytes) -> ErasedValues:
    if not content:
        return ErasedValues((), is_collected=True)
    stated = orjson.loads(SubjectCipher(secret, erasure_id).open(content))
    lists = {name: tuple(part) for name, part in stated.items() if isinstance(part, list)}
    return ErasedValues(**{**stated, **lists})


def _stored_ids(connection: Connection, ids: Sequence[str]) -> set[str]:
    is_one = is_among(connection, records.c.record_id, ids)
    return set(connection.execute(select(records.c.record_id).where(is_one)).scalars())


_TYPES = {row.name: row.type for row in PROPERTIES}
_TELLING = frozenset((ValueType.NAME, ValueType.PHONE, ValueType.EMAIL, ValueType.WEBSITE))
_GENERAL = frozenset(
    (ValueType.GENDER, ValueType.COUNTRY, ValueType.PROGRAM, ValueType.ROUTE, ValueType.ACTIVITY)
)
_NO_VALUES = frozenset((HANDLING, DATASETS, "topics"))


def collect_values(connection: Connection, ids: Sequence[str]) -> ErasedValues:
    """Return the values of all versions of some records, and which of them other records state."""
    is_one = is_among(connection, records.c.record_id, ids)
    # the number of an entry in its list is a value, too
    telling = dict.fromkeys(record_id.partition(":")[2] for record_id in ids)
    others: dict[str, None] = {}
    for content in connection.execute(select(records.c.content).where(is_one)).scalars():
        for prop, text, *_ in orjson.loads(content):
            for part, tells in _value_parts(prop, text):
                (telling if tells else others).setdefault(part)
    stated = [*telling, *(text for text in others if text not in telling)]
    long = [text for text in stated if len(text.encode("utf-8", "replace")) >= MIN_BYTES]
    turned = [name for text in long if text in telling for name in _name_orders(text)]
    shared = _find_shared(connection, ids, [*long, *turned, *ids])
    whole = _Words.of(connection, ids, tuple(shared.intersection(ids)))
    named = {row for text in _other_texts(connection, ids) for row in whole.find(text)}
    return ErasedValues(
        tuple(ids),
        tuple(text for text in long if text in telling and text not in shared),
        tuple(text for text in (*long, *turned) if text not in telling and text not in shared),
        tuple(text for text in (*long, *ids) if text in named or (text in shared and text in long)),
        tuple(record_id for record_id in ids if record_id in shared),
        len(stated) - len(long),
        is_collected=True,
    )


def _name_orders(text: str) -> Iterator[str]:
    """Yield a name of several words as lists write it that begin with the family name."""
    words = text.replace(",", " ").split()
    if len(words) <= _MAX_WORDS:
        for first in range(1, len(words)):
            yield f"{' '.join(words[first:])}, {' '.join(words[:first])}"


def _value_parts(prop: str, text: str) -> Iterator[tuple[str, bool]]:
    """Yield the texts of a value, and whether each tells by itself whom it is about."""
    kind = _TYPES.get(prop, ValueType.TEXT)
    if prop in _NO_VALUES or kind in _GENERAL:
        return
    fields = text.split(SEPARATOR)
    if prop in IDENTIFIER_SET:
        yield fields[0], True
        fields = fields[2:]
    elif prop == ADDRESS:
        yield from ((part, True) for part in fields[:2] if part)
        fields = fields[2:5]
    elif prop == RELATION:
        fields = fields[2:3]
    for part in fields:
        if part:
            yield part, kind in _TELLING or (kind is ValueType.TEXT and len(part) >= _LONG_TEXT)


_NAMES_OF_STORE = ("sources", "feeds", "api_keys", "users")
"""Tables with names that the store needs: a value that is one of them stays."""
_WORD_COLUMNS = frozenset(
    (
        *("kind", "state", "verdict", "outcome", "stage", "agency", "owner", "who", "by", "second"),
        *("sender", "submitted_by", "asked_by", "decided_by", "withdrawn_by", "format"),
    )
)
"""Columns whose words steer the program or name accounts: a value that is one of them stays."""
_WITHOUT_WORDS = frozenset(("consultations",))
"""Tables whose JSON is emptied as a whole."""


def _other_texts(connection: Connection, ids: Sequence[str]) -> Iterator[str]:
    """Yield the ids and contents of all records but some, many at once, and names of the store."""
    erased = set(ids)
    yield "\n".join({*_program_words(connection)})
    for name in _NAMES_OF_STORE:
        table = metadata.tables[name]
        yield "\n".join(
            text for row in connection.execute(select(table)) for text in _texts(list(row))
        )
    query = select(records.c.record_id, records.c.content).order_by(records.c.number)
    rows = connection.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))
    for part in rows.partitions(_ROWS_AT_ONCE):
        yield "\n".join(f"{row[0]} {row[1]}" for row in part if row[0] not in erased)


def _program_words(connection: Connection) -> Iterator[str]:
    """Yield words that rows of the store have to keep, such as states and names of options."""
    for table in metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, JSON) and table.name not in _WITHOUT_WORDS:
                query = select(column).execution_options(yield_per=_ROWS_AT_ONCE)
                for value in connection.execute(query).scalars():
                    yield from _option_names(value)
            elif isinstance(column.type, Text) and column.name in _WORD_COLUMNS:
                words = connection.execute(select(column).distinct()).scalars()
                yield from filter(None, words)


def _option_names(value: Any) -> Iterator[str]:
    """Yield the keys in JSON that look like names of the program."""
    if isinstance(value, Mapping):
        yield from (key for key in value if key.isascii() and key.isidentifier() and key.islower())
    items = value.values() if isinstance(value, Mapping) else value
    for item in items if isinstance(value, (Mapping, list)) else ():
        yield from _option_names(item)


def _find_shared(connection: Connection, ids: Sequence[str], texts: Sequence[str]) -> set[str]:
    """Return the texts that others contain, in capitals or not."""
    texts_of: dict[bytes, list[str]] = {}
    for text in texts:
        form = _json_text(text).lower().encode("utf-8", "surrogatepass")
        texts_of.setdefault(form, []).append(text)
    finder = ByteFinder(texts_of)
    shared: set[str] = set()
    for chunk in _other_texts(connection, ids):
        for form in finder.find(chunk.lower().encode("utf-8", "surrogatepass")):
            shared.update(texts_of[form])
    return shared


def _json_text(text: str) -> str:
    return orjson.dumps(text).decode()[1:-1]


@dataclass(frozen=True, slots=True)
class _Words:
    """Texts to be found as whole words, in capitals or not; not within the id of another record."""

    pattern: re.Pattern[str]

    @classmethod
    def of(cls, connection: Connection, ids: Sequence[str], texts: Sequence[str]) -> _Words:
        """Return texts with which records are erased. `ids`: ids of all these records."""
        erased, is_part = {*ids}, _pattern(_any_of(ids))
        stored = connection.execute(select(records.c.record_id).distinct()).scalars()
        longer = [row for row in stored if is_part.search(row) and row not in erased]
        return cls(_pattern(f"(?P<longer>{_any_of(longer)})|{_any_of(texts)}"))

    def find(self, text: str) -> set[str]:
        """Return the texts that another one holds, as it writes them."""
        found = self.pattern.finditer(text)
        return {match[0] for match in found if match.lastgroup is None}

    def are_in(self, value: Any) -> bool:
        """Return whether a value of a column holds one of the texts."""
        return any(map(self.find, _texts(value)))

    def replace(self, text: str) -> str:
        """Return a text without those that it holds."""
        return self.pattern.sub(lambda match: match[0] if match.lastgroup else _ERASED, text)


def _pattern(parts: str) -> re.Pattern[str]:
    """Return a pattern that finds one of some alternatives as whole words, in capitals or not."""
    return re.compile(rf"(?<!\w)(?:{parts})(?!\w)", re.IGNORECASE)


def _any_of(texts: Iterable[str]) -> str:
    """Return a pattern of some texts, the longest first; it finds nothing if there is none."""
    return _alternatives(sorted({*texts}, key=lambda text: (-len(text), text)), 0) or "(?!)"


def _alternatives(texts: Sequence[str], first: int) -> str:
    """Return a pattern of the ends of some texts, the longest first.

    Many texts are grouped by their next character, so that a word is not compared with each.
    """
    if first == _GROUPED or len(texts) < _FEW:
        return "|".join(re.escape(text[first:]) for text in texts)
    groups: dict[str, list[str]] = {}
    for text in texts:
        groups.setdefault(text[first : first + 1].lower(), []).append(text)
    ended = groups.pop("", None)
    parts = [
        f"{re.escape(some[0][first])}(?:{_alternatives(some, first + 1)})"
        for some in groups.values()
    ]
    return "|".join([*parts, ""] if ended else parts)


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts in a value of a column, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


def _text_columns(table: Table) -> list[Any]:
    return [column for column in table.c if isinstance(column.type, (Text, JSON))]


_COUNTS = ("records", "ended", "born", "retired", "links", "decisions")


def _commit_erasure(connection: Connection, erasure: Erasure) -> None:
    """Move the revision: every process reads what it had in memory anew."""
    head = connection.execute(select(meta.c.version, meta.c.erasures)).one()
    connection.execute(
        insert(revisions).values(
            version=head.version + 1,
            landed=utc_text(),
            kind=KIND,
            who=erasure.decided_by,
            counts=dict.fromkeys(_COUNTS, 0),
        )
    )
    connection.execute(update(meta).values(version=head.version + 1, erasures=head.erasures + 1))


_REBUILT = ("waiting", "touched", "desk", "waiting_readers")
"""Tables that the program fills again from the others."""
_SPECIAL = frozenset(
    (
        *_REBUILT,
        *("records", "members", "links", "entities", "events", "restricted_ids", "populations"),
        *("consultations", "hit_verdicts", "watched_subjects", "meta", "versions"),
        *("api_keys", "users", "decisions", "sources", "notices", "subscriptions"),
    )
)
"""Tables that have a step of their own, or no values of records."""


class _Rewriter:
    """Steps that take values out of the tables of an open transaction."""

    def __init__(self, connection: Connection, secret: str, values: ErasedValues) -> None:
        self._connection, self._secret, self._values = connection, secret, values
        self._new_ids = {record_id: erased_id(secret, record_id) for record_id in values.ids}
        self._words = _Words.of(connection, values.ids, values.rewritten)

    def run(self) -> dict[str, int]:
        """Rewrite all tables; return the number of rewritten rows by table."""
        steps: Mapping[str, Callable[[], int]] = {
            "records": self._rewrite_records,
            "restricted_ids": self._rewrite_restricted_ids,
            "decisions": self._rewrite_decisions,
            "hit_verdicts": self._rewrite_verdicts,
            "watched_subjects": self._rewrite_subjects,
            "subscriptions": self._remove_subscriptions,
            "populations": self._rewrite_populations,
            "notices": self._rewrite_notices,
        }
        counts = {name: step() for name, step in steps.items()}
        for table in metadata.sorted_tables:
            if table.name in _REBUILT:
                self._connection.execute(delete(table))
            elif table.name not in _SPECIAL:
                counts[table.name] = self._rewrite_texts(table)
        return counts

    def _rewrite_records(self) -> int:
        """Leave of each version the handling, and remove the links of the records."""
        names = {row.number: row.name for row in self._connection.execute(select(sources))}
        is_one = is_among(self._connection, records.c.record_id, self._values.ids)
        rows = self._connection.execute(select(records).where(is_one)).all()
        for row in rows:
            handling = decode_handling(row.content) or Handling()
            kept = Handling(agency=handling.agency, code=handling.code)
            stated = [[HANDLING, handling_text(kept)]] if kept != Handling() else []
            content = orjson.dumps(stated).decode()
            head = ",".join(_quoted(part) for part in (names[row.source], row.kind, row.schema))
            values = {
                "record_id": self._new_ids[row.record_id],
                "content": content,
                "hash": hashlib.sha256(f"[{head},{content}]".encode()).digest(),
            }
            changed = update(records).where(records.c.number == row.number)
            self._connection.execute(changed.values(**values))
        numbers = [row.number for row in rows]
        ends = (
            is_among(self._connection, column, numbers) for column in (links.c.left, links.c.right)
        )
        self._connection.execute(delete(links).where(or_(*ends)))
        return len(rows)

    def _is_either(self, left: Any, right: Any, values: Sequence[Any]) -> Any:
        return or_(*(is_among(self._connection, column, values) for column in (left, right)))

    def _rewrite_restricted_ids(self) -> int:
        count = 0
        for record_id, new_id in self._new_ids.items():
            row = update(restricted_ids).where(restricted_ids.c.record_id == record_id)
            count += self._connection.execute(row.values(record_id=new_id)).rowcount
        return count

    def _rewrite_decisions(self) -> int:
        """Keep decisions as those on a record that was erased, without what was seen and said."""
        c = decisions.c
        ends = (
            is_among(self._connection, column, self._values.ids)
            for column in (c.left_id, c.right_id)
        )
        rows = self._connection.execute(select(c.number, c.left_id, c.right_id).where(or_(*ends)))
        numbers = []
        for number, left, right in rows.all():
            values = {
                "left_id": self._new_ids.get(left, left),
                "right_id": self._new_ids.get(right, right),
                "why": "",
                "seen": {},
                "digest": hashlib.sha256(uuid.uuid4().bytes).hexdigest(),
            }
            self._connection.execute(update(decisions).where(c.number == number).values(**values))
            numbers.append(number)
        again = is_among(self._connection, rechecks.c.decision, numbers)
        self._connection.execute(update(rechecks).where(again).values(why=""))
        # somebody may have named the person in the reason of another decision
        return len(numbers) + self._rewrite_texts(decisions)

    def _rewrite_verdicts(self) -> int:
        """End the verdicts on entities that had the record, and empty them."""
        c = hit_verdicts.c
        emptied = {
            **dict.fromkeys(("subject_id", "subject_name", "subject_digest"), ""),
            **dict.fromkeys(("caption", "reason"), ""),
            **{"subject_facts": {}, "facts": {}},
        }
        count = 0
        for row in self._connection.execute(select(c.number, c.records, c.withdrawn)).all():
            if self._new_ids.keys().isdisjoint(row.records):
                continue
            ids = [self._new_ids.get(record_id, record_id) for record_id in row.records]
            ended = {} if row.withdrawn else {"withdrawn": utc_text(), "withdrawn_by": KIND}
            changed = update(hit_verdicts).where(c.number == row.number)
            self._connection.execute(changed.values(records=ids, **emptied, **ended))
            count += 1
        return count + self._rewrite_texts(hit_verdicts)

    def _rewrite_subjects(self) -> int:
        """Remove the remembered hits on entities that had the record."""
        count, c = 0, watched_subjects.c
        for watch in self._connection.execute(select(watches.c.number, watches.c.id)).all():
            cipher = SubjectCipher(self._secret, watch.id)
            query = select(c.number, c.hits).where(c.watch == watch.number)
            for number, sealed in self._connection.execute(query).all():
                hits = orjson.loads(cipher.open(sealed)) if sealed else []
                kept = [hit for hit in hits if not self._names_record(hit)]
                if len(kept) == len(hits):
                    continue
                data = cipher.seal(orjson.dumps(kept)) if kept else b""
                changed = update(watched_subjects).where(c.number == number)
                self._connection.execute(changed.values(hits=data, screened=NEVER))
                count += 1
        return count

    def _names_record(self, hit: Mapping[str, Any]) -> bool:
        stated = {**hit, "subject": {}}
        return self._words.are_in(stated)

    def _remove_subscriptions(self) -> int:
        found = [
            row.number
            for row in self._connection.execute(
                select(subscriptions.c.number, subscriptions.c.value)
            )
            if self._words.are_in(row.value)
        ]
        is_one = is_among(self._connection, subscriptions.c.number, found)
        return int(self._connection.execute(delete(subscriptions).where(is_one)).rowcount)

    def _rewrite_populations(self) -> int:
        """Remove counted values that nobody states any more."""
        gone = {text.casefold() for text in (*self._values.texts, *self._values.others)}
        count = 0
        for row in self._connection.execute(select(populations)).all():
            content = json.loads(row.content)
            parts = (content, content.get("persons", {}), content.get("kinds", {}))
            if _remove_keys(content, gone - {name.casefold() for part in parts for name in part}):
                text = json.dumps(content, ensure_ascii=False)
                changed = update(populations).where(populations.c.version == row.version)
                self._connection.execute(changed.values(content=text))
                count += 1
        return count

    def _rewrite_notices(self) -> int:
        """Name the record in notices by its new id, and take texts out."""
        count = 0
        for row in self._connection.execute(select(notices.c.number, notices.c.detail)).all():
            ids = [*row.detail.get("records", ())]
            if not self._new_ids.keys().isdisjoint(ids):
                new = [self._new_ids.get(record_id, record_id) for record_id in ids]
                changed = update(notices).where(notices.c.number == row.number)
                self._connection.execute(changed.values(detail={**row.detail, "records": new}))
                count += 1
        return count + self._rewrite_texts(notices)

    def _rewrite_texts(self, table: Table) -> int:
        """Replace the texts in all columns of a table."""
        columns, keys = _text_columns(table), list(table.primary_key.columns)
        count = 0
        if not columns:
            return 0
        for row in self._connection.execute(select(*keys, *columns)).all():
            values = row[len(keys) :]
            changed = {
                column.name: self._replace(value)
                for column, value in zip(columns, values, strict=True)
                if value and self._words.are_in(value)
            }
            if changed:
                is_row = and_(*(key == row[place] for place, key in enumerate(keys)))
                self._connection.execute(update(table).where(is_row).values(**changed))
                count += 1
        return count

    def _replace(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._new_ids.get(value) or self._words.replace(value)
        if isinstance(value, Mapping):
            return {self._replace(key): self._replace(item) for key, item in value.items()}
        return [self._replace(item) for item in value] if isinstance(value, list) else value


def _quoted(part: str | int) -> str:
    return orjson.dumps(part).decode()


def _remove_keys(content: Any, gone: set[str]) -> bool:
    """Remove the keys of nested objects that are among some texts; return whether any was."""
    if not isinstance(content, dict):
        return False
    found = [key for key in content if key.casefold() in gone]
    for key in found:
        del content[key]
    below = [_remove_keys(item, gone) for item in content.values()]
    return bool(found) or any(below)


_ID = re.compile(r"e-[a-z2-7]{20}|[\w.-]+:\S{1,400}")


def find_events(connection: Connection, values: ErasedValues) -> dict[str, list[str]]:
    """Return the audit events whose query or answer holds a text, or asks for all words of a name
    in any order: number of the event → ids of other records and of entities that it has shown.
    """
    erased = _Words.of(connection, values.ids, values.rewritten)
    names: dict[str, list[frozenset[str]]] = {}
    for text in values.texts:
        if len(name := _words(text)) > 1:
            # by one of its words, so that an event is not compared with each name
            names.setdefault(max(name, key=len), []).append(name)
    columns = audit_events.c
    query = select(columns.number, columns.query, columns.answer).where(
        columns.salt != "", columns.action.not_in((RETENTION, ERASURE))
    )
    events = {}
    rows = connection.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))
    for number, asked, answer in rows:
        answered = [*_texts(answer)]
        texts = [*_texts(asked), *answered]
        words = _words(" ".join(texts)) if names else frozenset()
        is_asked = any(name <= words for word in words for name in names.get(word, ()))
        if is_asked or erased.are_in(texts):
            ids = {text for text in answered if _ID.fullmatch(text) and not erased.find(text)}
            events[str(number)] = sorted(ids)
    return events


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


def search_forms(text: str) -> list[bytes]:
    """Return the bytes by which files and databases may hold a text."""
    forms = {text, text.lower(), text.upper(), json.dumps(text)[1:-1], _json_text(text)}
    # of pages and XML (in three spellings of the quotes), and of tables
    page = html.escape(text)
    forms |= {page, html.escape(text, quote=False), text.replace('"', '""')}
    forms |= {
        page.replace("&#x27;", mark).replace("&quot;", quote)
        for mark, quote in (("&#39;", "&#34;"), ("&#39;", "&quot;"), ("&apos;", "&quot;"))
    }
    encoded = {form.encode("utf-8", "replace") for form in forms}
    for encoding in ("cp1252", "cp1251", "utf-16-le", "utf-16-be"):
        with suppress(UnicodeEncodeError):
            other = text.encode(encoding)
            encoded |= {other} if len(other) >= MIN_BYTES else set()
    return sorted(encoded)


class ByteFinder:
    """Finds out which of many forms a part of a file may hold, in one pass over its bytes.

    A form that begins with four bytes that stand nowhere in the part is not looked for.
    """

    def __init__(self, forms: Iterable[bytes]) -> None:
        self._short: list[bytes] = []
        self._forms: dict[int, list[bytes]] = {}
        for form in forms:
            if len(form) < _START:
                self._short.append(form)
            else:
                start = int.from_bytes(form[:_START], "little")
                self._forms.setdefault(start, []).append(form)
        self._is_start = np.zeros(1 << 16, dtype=bool)
        self._is_start[_fold(np.array(list(self._forms), dtype=np.uint32))] = True

    def find(self, data: bytes) -> Sequence[bytes]:
        """Return the forms that stand in some bytes."""
        found = self._short
        if len(data) >= _START:
            octets = np.frombuffer(data, dtype=np.uint8).astype(np.uint32)
            count = len(octets) - _START + 1
            starts = octets[:count].copy()
            for place in range(1, _START):
                starts |= octets[place : place + count] << np.uint32(8 * place)
            possible = np.unique(starts[self._is_start[_fold(starts)]]).tolist()
            found = [*found, *(form for key in possible for form in self._forms.get(key, ()))]
        return [form for form in found if form in data]


_START = 4


def _fold(starts: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    return (starts ^ (starts >> np.uint32(16))) & np.uint32(0xFFFF)
