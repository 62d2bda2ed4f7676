"""Entities as the desk looks at them: their records, their golden record, who says what."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from resolver.errors import InputError
from resolver.merging import (
    GoldenRecord,
    context,
    golden_of,
    partition,
)
from resolver.normalize import country_code
from resolver.records import Batch
from resolver.records.properties import FULL_NAMES, NAME_PARTS
from resolver.records.visibility import OPERATOR, Viewer, visible
from resolver.review.models import Party
from resolver.review.queue.entity_summary import scripts_of
from resolver.store import Source, StoredEntity, StoredRecord, View

_FEW = 20
MOST_RECORDS = 2_000
"""Records of one entity that are looked at; a page cannot show more."""


@dataclass(frozen=True, slots=True)
class Side:
    """An entity (or some records): `id` as it is known, `number` of the entity, its records that hold, and what they
    say together."""

    id: str
    number: int
    records: tuple[StoredRecord, ...]
    golden: GoldenRecord
    versions: tuple[int, ...] = ()
    """The numbers of all its records, of those too that the viewer may not see."""

    @property
    def hidden(self) -> int:
        """How many records the viewer may not see."""
        return len(self.versions) - len(self.records) if self.versions else 0

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the records, ascending."""
        return tuple(one.number for one in self.records)

    @property
    def record_ids(self) -> tuple[str, ...]:
        """The ids of the records, ascending."""
        return tuple(sorted(one.record.id for one in self.records))

    @property
    def batch(self) -> Batch:
        """The records as a canonical batch."""
        return Batch.from_records(one.record for one in self.records).canonical()


def sides_of(view: View, numbers: Sequence[int], viewer: Viewer = OPERATOR) -> dict[int, Side]:
    """Some living entities by number, as a viewer sees them; those without (visible) records are left out."""
    record, entity, _ = view.members(sorted(set(numbers)))
    ids = view.entity_ids(sorted(set(numbers)))
    held = {one.number: one for one in view.records(record.tolist())}
    parts: dict[int, list[StoredRecord]] = {}
    versions: dict[int, list[int]] = {}
    for number, home in zip(record.tolist(), entity.tolist(), strict=True):
        if len(versions.setdefault(home, [])) < MOST_RECORDS:
            versions[home].append(number)
            if visible(held[number].record.handling, viewer):
                parts.setdefault(home, []).append(held[number])
    golden = _golden(view, {ids[home]: records for home, records in parts.items()})
    return {
        home: Side(ids[home], home, tuple(records), golden[ids[home]], tuple(versions[home]))
        for home, records in parts.items()
    }


def side_of_records(
    view: View, identity: str, record_ids: Sequence[str], viewer: Viewer = OPERATOR
) -> Side:
    """Some records as if they were an entity of their own. Raises `InputError` where none of them holds, or none is
    visible."""
    numbers = sorted(number for number, _ in view.numbers_of(list(record_ids)).values())
    records = tuple(one for one in view.records(numbers) if visible(one.record.handling, viewer))
    if not records:
        raise InputError(f"the records of {identity} were withdrawn", mend="go on to the next pair")
    return Side(identity, 0, records, _golden(view, {identity: records})[identity], tuple(numbers))


def _golden(view: View, parts: Mapping[str, Sequence[StoredRecord]]) -> dict[str, GoldenRecord]:
    """The golden record of each set of records, by its id; those worked out of late are not worked out again."""
    store = view.connection.engine.url, view.head.store_id
    keys = {
        identity: (*store, identity, *(one.number for one in held))
        for identity, held in parts.items()
    }
    found = {identity: _LATELY.get(key) for identity, key in keys.items()}
    new = _worked_out(
        {identity: parts[identity] for identity, golden in found.items() if golden is None}
    )
    for identity, golden in new.items():
        if len(parts[identity]) <= _FEW:
            _LATELY.put(keys[identity], golden)
    return {identity: golden for identity, golden in found.items() if golden is not None} | new


class _Lately:
    """The golden records of entities that were looked at of late: a steward comes back to the same few with each step
    (the page, the preview, the decision). What a set of versions of records says together never changes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, GoldenRecord] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> GoldenRecord | None:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: Hashable, golden: GoldenRecord) -> None:
        with self._lock:
            self._held[key] = golden
            while len(self._held) > self._most:
                self._held.popitem(last=False)


_LATELY = _Lately(1_000)


def _worked_out(parts: Mapping[str, Sequence[StoredRecord]]) -> dict[str, GoldenRecord]:
    home = {one.record.id: identity for identity, records in parts.items() for one in records}
    if not home:
        return {}
    batch = Batch.from_records(
        one.record for records in parts.values() for one in records
    ).canonical()
    names = [home[one] for one in batch.ids.to_pylist()]
    _, first, inverse = np.unique(
        np.array(names, dtype=object), return_index=True, return_inverse=True
    )
    labels = first[inverse.reshape(-1)].astype(np.int32)
    found = golden_of(
        context(batch, partition(batch, labels, pa.array(names, pa.string())), country_code)
    )
    return {one.id: one for one in found}


def living(view: View, asked: str) -> StoredEntity:
    """The entity of an id: its own, one that redirects to it, or that of a record. Raises `InputError` for an unknown
    id."""
    found = view.entity(asked)
    if found is None:
        raise InputError(
            f"the store holds no entity or record {asked}", mend="ids are e-… or <source>:<id>"
        )
    return found


def sources_by_name(view: View) -> dict[str, Source]:
    """The lists, by name."""
    return {one.name: one for one in view.sources()}


def party(side: Side, sources: Mapping[str, Source]) -> Party:
    """A side as the queue shows it."""
    golden = side.golden
    names = [
        value.text for prop in (*FULL_NAMES, *NAME_PARTS) for value in golden.values.get(prop, ())
    ]
    agencies = {sources[name].agency or name for name in golden.sources}
    return Party(
        side.id,
        golden.caption,
        golden.kind.label,
        golden.sources,
        tuple(sorted(agencies)),
        len(side.records),
        tuple(sorted(scripts_of(names))),
    )
