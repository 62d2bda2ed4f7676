"""Erasures: the values of some records are taken out of every table of a store.

An erasure is a row with a state. One person asks for it (`ASKED`), and another one confirms it
(`RUNNING`). Any process that has the store open carries it out (`resolver.trust.erasure`). If it is
killed, the next process goes on. The values to be erased are kept encrypted in the row until they
are gone everywhere. Then they are removed from the row as well.

Three things remain of an erased record: its versions without values, its handling (agency and code,
which decide who may know of it), and an id in place of its own. The id is a keyed hash, so a list
that sends the record again is recognized (`resolver.hub.list_updates`).

Rules of retention (`Retention`) ask for the erasure of records whose time is over; one person then
confirms it.

The values are found by `resolver.store.erased_values`, and the tables are rewritten by
`resolver.store.erasure_rewriting`.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import (
    Connection,
    Engine,
    and_,
    delete,
    insert,
    select,
    update,
)

from resolver.errors import InputError, StoreError, UnknownIdError
from resolver.records import Handling
from resolver.records.labels import display_text
from resolver.records.properties import DATASETS, HANDLING, PROPERTIES, ValueType
from resolver.store.audit import blank_events
from resolver.store.bulk_rows import is_among
from resolver.store.database import (
    parse_utc_text,
    read_transaction,
    translate_errors,
    utc_text,
    write_transaction,
)
from resolver.store.erased_values import (
    ROWS_AT_ONCE,
    ErasedValues,
    ErasedWords,
    IsErased,
    collect_values,
    find_events,
    stated_values,
    text_columns,
)
from resolver.store.erasure_rewriting import KIND, TableRewriter
from resolver.store.record_contents import (
    decode_handling,
    erased_id,
    erased_value,
    is_erased_id,
    spell_value,
)
from resolver.store.schema import (
    erasures,
    meta,
    metadata,
    records,
    retention_rules,
    revisions,
    sources,
)
from resolver.store.watches import SubjectCipher

MAX_RECORDS = 1_000
"""Maximum number of records of one erasure. More records are a list, which is withdrawn and erased
in parts.
"""
MAX_REASON = 2_000


class ErasureRefusedError(StoreError):
    """Decision on an erasure that its state, or who decides, does not allow."""


class ErasureState(StrEnum):
    """State of an erasure."""

    ASKED = "asked"
    """It waits for a second person."""
    REFUSED = "refused"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Erasure:
    """Erasure of some records. `records`: the ids that replace the ids of the records. `proof`:
    what was rewritten, searched and left, once the erasure is done. Times are UTC texts.

    `value_keys`: what the store keeps of the erased values (`erased_value`), if only these values
    are erased and the records stay.
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
    value_keys: Sequence[str] = ()

    def properties(self) -> Sequence[str]:
        """Return the properties of the erased values, sorted; empty if records are erased."""
        return sorted({key.rsplit("/", 2)[1] for key in self.value_keys})


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
        values: Sequence[str] = (),
    ) -> Erasure:
        """Ask for the erasure of records; `confirmed` starts it at once.

        `values`: only these values are erased, each named by its property, or by property and text
        (`phone=+44 20 7946 0111`). They are erased from all versions of the records.

        Raises `UnknownIdError` for an unknown record, and `InputError` for a record that was
        erased, for values that no record states, and if no reason is given.
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
                if is_erased_id(record_id):
                    raise InputError(f"the record {record_id[:200]} was erased already")
                if record_id not in known:
                    raise UnknownIdError(
                        f"the store has never had a record {record_id[:200]}",
                        hint="ids are <source>:<id>, as in an export",
                    )
            tokens = _find_values(connection, wanted, values)
            return _insert_erasure(
                connection, wanted, reason, who, agency, confirmed=confirmed, values=tokens
            )

    def confirm(self, erasure_id: str, who: str) -> Erasure:
        """Start an erasure that somebody else has asked for. Raises `ErasureRefusedError`, and
        `UnknownIdError` for an unknown id.
        """
        return self._decide(erasure_id, who, ErasureState.RUNNING)

    def refuse(self, erasure_id: str, who: str) -> Erasure:
        """Refuse an erasure. The values that it was about are removed. Raises
        `ErasureRefusedError`, and `UnknownIdError` for an unknown id.
        """
        return self._decide(erasure_id, who, ErasureState.REFUSED)

    def _decide(self, erasure_id: str, who: str, state: ErasureState) -> Erasure:
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            # if two people decide at the same time, the second one waits for the first
            row = _row(connection, erasure_id, lock=True)
            if row.state != ErasureState.ASKED:
                raise ErasureRefusedError(f"the erasure is {row.state} already")
            if state is ErasureState.RUNNING and row.asked_by == who:
                raise ErasureRefusedError(
                    "you have asked for this erasure yourself", hint="another person confirms it"
                )
            values: dict[str, Any] = {"state": str(state), "decided_by": who, "decided": utc_text()}
            if state is ErasureState.REFUSED:
                values["content"] = b""
            connection.execute(update(erasures).where(erasures.c.id == erasure_id).values(**values))
            return _erasure(_row(connection, erasure_id))

    def get(self, erasure_id: str) -> Erasure:
        """Return an erasure. Raises `UnknownIdError` for an unknown id."""
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
        """Return the values of an erasure; empty for an erasure that is done or refused."""
        with read_transaction(self.engine) as connection:
            secret = connection.execute(select(meta.c.id_secret)).scalar_one()
            content = _row(connection, erasure.id).content
        return _open(secret, erasure.id, content)

    def tells_erased(self, erasure: Erasure) -> IsErased | None:
        """Return what tells the values of an erasure from others; None if records are erased."""
        with read_transaction(self.engine) as connection:
            secret = connection.execute(select(meta.c.id_secret)).scalar_one()
        return _erased_among(secret, erasure.value_keys)

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
            is_erased = _erased_among(secret, erasure.value_keys)
            if not values.is_collected:
                values = collect_values(connection, values.ids, is_erased)
                content = _seal(secret, erasure.id, values)
                row = update(erasures).where(erasures.c.id == erasure.id)
                connection.execute(row.values(content=content))
                _commit_erasure(connection, erasure)
            counts = TableRewriter(connection, secret, values, is_erased).run()
            shown, purposes = find_events(connection, values)
            if shown or purposes:
                stated = {"erasure": erasure.id, "shown": shown}
                event = {**audit_row, "query": {**audit_row["query"], **stated}}
                numbers = [*map(int, shown)]
                counts["consultations"] = blank_events(connection, numbers, event, purposes)
            return {table: count for table, count in sorted(counts.items()) if count}

    def finish(self, erasure: Erasure, proof: Mapping[str, Any]) -> Erasure:
        """End an erasure: keep its proof, and remove its values.

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
        """Write all tables again, so that freed space holds no values; return why that failed, or
        an empty text. On SQLite the log of changes (WAL) is emptied as well.
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
            words = ErasedWords.of(connection, values.ids, values.searched, values.numbers)
            about, others = (
                ErasedWords.of(connection, (), rows) for rows in (values.about, values.others)
            )
            for table in metadata.sorted_tables:
                columns = [*text_columns(table)]
                if not columns:
                    continue
                query = select(*columns).execution_options(yield_per=ROWS_AT_ONCE)
                for row in connection.execute(query):
                    is_about = values.about and about.are_in([*row]) and table is not records
                    for column, value in zip(columns, row, strict=True):
                        if value and (words.are_in(value) or (is_about and others.are_in(value))):
                            place = f"{table.name}.{column.name}"
                            left[place] = left.get(place, 0) + 1
        return left

    def list_erased(self) -> Sequence[str]:
        """Return the ids of all erased records, and what is kept of erased values, for backups
        that were made before.
        """
        with read_transaction(self.engine) as connection:
            is_erased = erasures.c.state.in_((str(ErasureState.RUNNING), str(ErasureState.DONE)))
            query = select(erasures.c.records, erasures.c.value_keys).where(is_erased)
            return sorted({key for ids, keys in connection.execute(query) for key in keys or ids})

    def list_key(self) -> str:
        """Return a text that identifies a list of erased ids as a list of this store."""
        with read_transaction(self.engine) as connection:
            return erased_id(connection.execute(select(meta.c.id_secret)).scalar_one(), "")

    def find_records(self, erased: Iterable[str]) -> Sequence[str]:
        """Return the ids of the records of the store whose erased ids are given; this is for a
        store restored from an earlier backup.
        """
        wanted = set(erased)
        with read_transaction(self.engine) as connection:
            secret = connection.execute(select(meta.c.id_secret)).scalar_one()
            ids = connection.execute(select(records.c.record_id).distinct()).scalars()
            return sorted(row for row in ids if erased_id(secret, row) in wanted)

    def find_values(self, erased: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """Return the values of the store that are given as an earlier backup does not have them
        erased: id of a record → values as `ask` takes them.
        """
        wanted = {key for key in erased if not is_erased_id(key)}
        found: dict[str, dict[str, None]] = {}
        with read_transaction(self.engine) as connection:
            secret = connection.execute(select(meta.c.id_secret)).scalar_one()
            of_records = {key.rsplit("/", 2)[0] for key in wanted}
            ids = connection.execute(select(records.c.record_id).distinct()).scalars()
            chosen = [row for row in ids if erased_id(secret, row) in of_records] if wanted else []
            is_erased = _erased_among(secret, wanted)
            for record_id, prop, text in stated_values(connection, chosen):
                if is_erased is not None and is_erased(record_id, prop, text):
                    found.setdefault(record_id, {}).setdefault(f"{prop}={text}")
        return {record_id: [*values] for record_id, values in sorted(found.items())}


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Rule for the records of a source and a category of data subjects; an empty text stands for
    all. Days count from the last statement of a record: its version, its list, or its withdrawal.

    `review_days`: number of days until somebody has to check whether the record is still needed.
    `keep_days`: days until its erasure is proposed. None: never.
    """

    source: str
    category: str
    review_days: int | None
    keep_days: int | None


@dataclass(frozen=True, slots=True)
class DueRecord:
    """Record whose time is over according to a rule. `due`: UTC text. `is_review`: the record is
    due for review; otherwise its erasure is proposed.
    """

    record_id: str
    rule: RetentionRule
    due: str
    is_review: bool


RETENTION_ACTOR = "rules of retention"
"""Name that stands for the asker of the erasures that rules propose."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Life cycle of records: rules, and the records that they make due."""

    engine: Engine

    def set_rule(self, rule: RetentionRule) -> None:
        """Store a rule, in place of the rule for the same source and category; a rule without days
        is removed.

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
        """Return the records whose time is over, by id. Records are left out if they were erased,
        or if their erasure waits or was refused within the days of the rule.
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
                for new_id in (() if row.value_keys else row.records)
            }
            newest: dict[str, tuple[Any, ...]] = {}
            c = records.c
            query = select(c.record_id, c.source, c.valid_from, c.valid_to, c.content)
            # a commit that is being staged does not count yet
            query = query.where(c.valid_from <= head)
            query = query.order_by(c.number).execution_options(yield_per=ROWS_AT_ONCE)
            for record_id, source, since, until, content in connection.execute(query):
                until = None if until is not None and until > head else until
                handling = decode_handling(content) or Handling()
                category, stated = handling.subject_category, handling.review_date
                newest[record_id] = (source, since, until, category, stated)
        found = []
        for record_id, (source, since, until, category, stated) in sorted(newest.items()):
            if is_erased_id(record_id):
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
        """Ask for the erasure of the records whose time is over; a person has to confirm it.

        Records are left out if another process has asked for their erasure meanwhile.
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
                    query = select(erasures.c.records, erasures.c.value_keys).where(is_open)
                    rows = connection.execute(query).all()
                    waiting = {end for ids, keys in rows if not keys for end in ids}
                    known = _stored_ids(connection, part)
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
    """Return the most specific rule: for source and category, for the source, for the category, or
    for all.
    """
    keys = ((source, category), (source, ""), ("", category), ("", ""))
    found = (by_key.get((name, kind.casefold())) for name, kind in keys)
    return next((rule for rule in found if rule is not None), None)


def _review_date(rule: RetentionRule | None, last: str, stated: str) -> str:
    """Return when a record is to be reviewed: on the day that it states, or by its rule."""
    if re.fullmatch(r"\d{4}(-\d\d){0,2}", stated):
        # a month or a year counts from its first day on
        return f"{stated}-01-01"[:10] if len(stated) == 4 else f"{stated}-01"[:10]
    if rule is None or rule.review_days is None:
        return ""
    return utc_text(parse_utc_text(last) + timedelta(days=rule.review_days))


def _erased_among(secret: str, tokens: Iterable[str]) -> IsErased | None:
    """Return what tells erased values from others; None if whole records are erased."""
    kept = {*tokens}
    props = {key.rsplit("/", 2)[1] for key in kept}

    def is_erased(record_id: str, prop: str, text: str) -> bool:
        return prop in props and erased_value(secret, record_id, prop, text) in kept

    return is_erased if kept else None


def _find_values(
    connection: Connection, ids: Sequence[str], wanted: Sequence[str]
) -> Sequence[str]:
    """Return what the store keeps of the wanted values of some records. Raises `InputError`."""
    secret = connection.execute(select(meta.c.id_secret)).scalar_one()
    found: dict[str, set[str]] = {text: set() for text in wanted}
    for record_id, prop, text in stated_values(connection, ids) if wanted else ():
        for value, tokens in found.items():
            name, has_text, stated = value.partition("=")
            spellings = (spell_value(prop, text), spell_value("", display_text(prop, text)))
            if name == prop and (not has_text or spell_value(prop, stated) in spellings):
                tokens.add(erased_value(secret, record_id, prop, text))
    for value, tokens in found.items():
        name = value.partition("=")[0]
        if name in (HANDLING, DATASETS) or not tokens:
            raise InputError(
                f"no value of these records is {value[:200]!r}",
                hint="name a property, or property=text, as an export has them",
            )
    keys = sorted({key for some in found.values() for key in some})
    is_erased = _erased_among(secret, keys)
    if is_erased is not None:
        _check_names(connection, ids, is_erased)
    return keys


def _check_names(connection: Connection, ids: Sequence[str], is_erased: IsErased) -> None:
    """Raise `InputError` if a valid record would have no name any more."""
    query = select(records.c.record_id, records.c.content).where(records.c.valid_to.is_(None))
    is_one = is_among(connection, records.c.record_id, ids)
    for record_id, content in connection.execute(query.where(is_one)):
        names = [row for row in orjson.loads(content) if row[0] in _NAMES]
        if names and all(is_erased(record_id, row[0], row[1]) for row in names):
            raise InputError(
                f"the record {record_id[:200]} would have no name any more",
                hint="erase the whole record",
            )


_NAMES = frozenset(row.name for row in PROPERTIES if row.type is ValueType.NAME)


def _row(connection: Connection, erasure_id: str, *, lock: bool = False) -> Any:
    query = select(erasures).where(erasures.c.id == erasure_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise UnknownIdError(f"there is no erasure {erasure_id[:60]!r}", hint="check the id")
    return row


def _insert_erasure(
    connection: Connection,
    ids: Sequence[str],
    reason: str,
    who: str,
    agency: str = "",
    *,
    confirmed: bool = False,
    values: Sequence[str] = (),
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
        "value_keys": [*values],
    }
    content = _seal(secret, str(row["id"]), ErasedValues(tuple(ids)))
    connection.execute(insert(erasures).values(**row, content=content))
    return _erasure(_row(connection, str(row["id"])))


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


_COUNTS = ("records", "ended", "born", "retired", "links", "decisions")


def _commit_erasure(connection: Connection, erasure: Erasure) -> None:
    """Raise the revision, so that every process reads again what it had in memory."""
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
