"""Rewriting of the tables of a store by an erasure: one step for each table that needs its own.

Records keep their handling and an id in place of their own. Decisions stay, on a record that was
erased. All other tables lose the texts wherever they occur.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import orjson
from sqlalchemy import (
    Connection,
    Table,
    and_,
    delete,
    or_,
    select,
    update,
)

from resolver.records import Handling
from resolver.records.packing import handling_text
from resolver.records.properties import (
    HANDLING,
)
from resolver.store.bulk_rows import is_among
from resolver.store.database import utc_text
from resolver.store.erased_values import (
    ErasedValues,
    ErasedWords,
    IsErased,
    kept_content,
    stated_values,
    text_columns,
)
from resolver.store.record_contents import decode_handling, erased_id, spell_value
from resolver.store.schema import (
    contact_cases,
    decisions,
    hit_verdicts,
    links,
    metadata,
    notices,
    populations,
    rechecks,
    records,
    restricted_ids,
    sources,
    subscriptions,
    watched_subjects,
    watches,
)
from resolver.store.watches import NEVER, SubjectCipher

KIND = "erasure"
"""Kind of the commit that takes the values out."""
_REBUILT = ("waiting", "touched", "desk", "waiting_readers")
"""Tables that the program fills again from the others."""
_SPECIAL = frozenset(
    (
        *_REBUILT,
        *("records", "members", "links", "entities", "events", "restricted_ids", "populations"),
        *("consultations", "hit_verdicts", "watched_subjects", "meta", "versions"),
        *("api_keys", "users", "decisions", "sources", "notices", "subscriptions"),
        *("contact_cases",),
    )
)
"""Tables that have a step of their own, or no values of records."""


class TableRewriter:
    """Steps that take values out of the tables of an open transaction."""

    def __init__(
        self,
        connection: Connection,
        secret: str,
        values: ErasedValues,
        is_erased: IsErased | None = None,
    ) -> None:
        self._connection, self._secret, self._values = connection, secret, values
        self._new_ids = {record_id: erased_id(secret, record_id) for record_id in values.ids}
        self._words = ErasedWords.of(connection, values.ids, values.rewritten, values.numbers)
        self._about = ErasedWords.of(connection, (), values.about)
        further = (*values.texts, *values.others)
        self._further = ErasedWords.of(connection, (), further, values.numbers)
        self._is_erased = is_erased

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
            "contact_cases": self._rewrite_cases,
        }
        if self._is_erased is not None:
            # the records stay under their ids, and with their links
            steps = {
                "records": self._remove_values,
                "decisions": self._rewrite_seen,
                "hit_verdicts": self._remove_facts,
                "notices": partial(self._rewrite_texts, notices),
                "contact_cases": partial(self._rewrite_texts, contact_cases),
                **{name: steps[name] for name in ("watched_subjects", "populations")},
                "subscriptions": self._remove_subscriptions,
            }
        counts = {name: step() for name, step in steps.items()}
        for table in metadata.sorted_tables:
            if table.name in _REBUILT:
                self._connection.execute(delete(table))
            elif table.name not in _SPECIAL:
                counts[table.name] = self._rewrite_texts(table)
        return counts

    def _rewrite_records(self) -> int:
        """Leave only the handling of each version, and remove the links of the records."""
        names = {row.number: row.name for row in self._connection.execute(select(sources))}
        is_one = is_among(self._connection, records.c.record_id, self._values.ids)
        rows = self._connection.execute(select(records).where(is_one)).all()
        for row in rows:
            handling = decode_handling(row.content) or Handling()
            kept = Handling(agency=handling.agency, code=handling.code)
            stated = [[HANDLING, handling_text(kept)]] if kept != Handling() else []
            content = orjson.dumps(stated).decode()
            head = ",".join(
                orjson.dumps(part).decode() for part in (names[row.source], row.kind, row.schema)
            )
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

    def _remove_values(self) -> int:
        """Remove the erased values from all versions of the records."""
        assert self._is_erased is not None
        names = {row.number: row.name for row in self._connection.execute(select(sources))}
        is_one = is_among(self._connection, records.c.record_id, self._values.ids)
        count = 0
        for row in self._connection.execute(select(records).where(is_one)).all():
            content = kept_content(row.record_id, row.content, self._is_erased)
            if content == row.content:
                continue
            head = ",".join(
                orjson.dumps(part).decode() for part in (names[row.source], row.kind, row.schema)
            )
            digest = hashlib.sha256(f"[{head},{content}]".encode()).digest()
            changed = update(records).where(records.c.number == row.number)
            self._connection.execute(changed.values(content=content, hash=digest))
            count += 1
        return count

    def _rewrite_seen(self) -> int:
        """Take the values out of what stewards saw and wrote when they decided."""
        c = decisions.c
        for number, *texts in self._connection.execute(select(c.number, c.why, c.seen)).all():
            if self._words.are_in(texts) or self._further.are_in(texts):
                changed = update(decisions).where(c.number == number)
                digest = hashlib.sha256(uuid.uuid4().bytes).hexdigest()
                self._connection.execute(changed.values(digest=digest))
        return self._rewrite_texts(decisions)

    def _rewrite_restricted_ids(self) -> int:
        c, count = restricted_ids.c, 0
        for record_id, new_id in self._new_ids.items():
            is_one = c.record_id == record_id
            # a record that was sent after an earlier erasure of which its sender did not know
            query = select(c.record_id).where(c.record_id == new_id)
            if self._connection.execute(query).first() is None:
                change: Any = update(restricted_ids).where(is_one).values(record_id=new_id)
            else:
                change = delete(restricted_ids).where(is_one)
            count += self._connection.execute(change).rowcount
        return count

    def _rewrite_decisions(self) -> int:
        """Keep decisions on an erased record, but without the values that the steward saw and the
        steward's comment.
        """
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

    def _remove_facts(self) -> int:
        """Take the values out of verdicts on hits. A fact goes as a whole, because its key is
        another spelling of its text. It stays if another record of the verdict states it.
        """
        c, count = hit_verdicts.c, 0
        query = select(c.number, c.records, c.facts)
        for number, record_ids, facts in self._connection.execute(query).all():
            others = [row for row in record_ids if row not in self._new_ids]
            stated = {
                spell_value(prop, text)
                for _, prop, text in stated_values(self._connection, others if facts else ())
            }
            named = self._new_ids.keys() & {*record_ids}
            kept = {
                prop: {
                    key: text
                    for key, text in texts.items()
                    if spell_value(prop, text) in stated or not self._is_gone(prop, text, named)
                }
                for prop, texts in facts.items()
            }
            if kept != facts:
                changed = update(hit_verdicts).where(c.number == number)
                self._connection.execute(changed.values(facts=kept))
                count += 1
        return count + self._rewrite_texts(hit_verdicts)

    def _is_gone(self, prop: str, text: str, record_ids: Collection[str]) -> bool:
        """Return whether a fact is an erased value. `record_ids`: the records of the verdict from
        which values are erased.
        """
        if not record_ids:
            return self._words.are_in(text)
        assert self._is_erased is not None
        is_erased = self._is_erased
        return self._further.are_in(text) or any(is_erased(row, prop, text) for row in record_ids)

    def _rewrite_subjects(self) -> int:
        """Remove the stored hits on entities that had the record."""
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
        return (self._about if self._values.about else self._words).are_in(stated)

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
        """Remove counted values that no record states any more."""
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

    def _rewrite_cases(self) -> int:
        """Keep the requests about an erased record, but without what was asked and answered, since
        these texts may describe the person in any words.
        """
        c, count = contact_cases.c, 0
        for record_id, new_id in self._new_ids.items():
            row = update(contact_cases).where(c.record_id == record_id)
            emptied = row.values(record_id=new_id, question="", answer="")
            count += self._connection.execute(emptied).rowcount
        return count + self._rewrite_texts(contact_cases)

    def _rewrite_texts(self, table: Table) -> int:
        """Replace the texts in all columns of a table."""
        columns, keys = text_columns(table), list(table.primary_key.columns)
        count = 0
        if not columns:
            return 0
        for row in self._connection.execute(select(*keys, *columns)).all():
            values = row[len(keys) :]
            is_about = self._values.about and self._about.are_in([*values])
            words = self._further if is_about else self._words
            changed = {
                column.name: self._replace(value, words)
                for column, value in zip(columns, values, strict=True)
                if value and words.are_in(value)
            }
            if changed:
                is_row = and_(*(key == row[place] for place, key in enumerate(keys)))
                self._connection.execute(update(table).where(is_row).values(**changed))
                count += 1
        return count

    def _replace(self, value: Any, words: ErasedWords) -> Any:
        if isinstance(value, str):
            new_id = None if self._values.about else self._new_ids.get(value)
            return new_id or words.replace(value)
        if isinstance(value, Mapping):
            return {
                self._replace(key, words): self._replace(item, words) for key, item in value.items()
            }
        return [self._replace(item, words) for item in value] if isinstance(value, list) else value


def _remove_keys(content: Any, gone: set[str]) -> bool:
    """Remove the keys of nested objects that are among some texts; return whether any key was
    removed.
    """
    if not isinstance(content, dict):
        return False
    found = [key for key in content if key.casefold() in gone]
    for key in found:
        del content[key]
    below = [_remove_keys(item, gone) for item in content.values()]
    return bool(found) or any(below)
