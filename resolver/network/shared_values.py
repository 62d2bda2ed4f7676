"""Values that several entities share: telephones, e-mail addresses, documents, accounts, addresses.

Two people with one telephone need not know each other, but an analyst wants to look. A value is the
same in every spelling (`visible_records.read_artefacts`). Everything is counted over the records
that the viewer may see: a value that only a hidden record has in common is not shared.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resolver.hub.hub import Hub
from resolver.network.export import load_table, table_key
from resolver.network.graph_reader import EntityFacts, load_facts, open_rows
from resolver.network.visible_records import ARTEFACT_KINDS, VisibleRecords, distinct
from resolver.records import KIND_BY_LABEL
from resolver.records.labels import escape_formula
from resolver.records.visibility import STRANGER, Viewer

MAX_HOLDERS = 10
"""Maximum number of entities that are named for one value. A telephone of an office may have
thousands.
"""
_MAX_CACHED = 3
"""Maximum number of lists of values that are kept, each for one revision and one kind of viewer."""
_COLUMNS = ("type", "value", "entities", "id", "caption", "kind", "agencies", "records")


@dataclass(frozen=True, slots=True)
class Holder:
    """Entity that has a shared value, and the ids of its records that state it."""

    facts: EntityFacts
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SharedValue:
    """Value with the entities that have it: at most `MAX_HOLDERS` of `count`. `kind` is one of
    `ARTEFACT_KINDS`, `text` the value as a record writes it.
    """

    kind: str
    text: str
    holders: tuple[Holder, ...]
    count: int


@dataclass(frozen=True, slots=True)
class SharedValueList:
    """Page of shared values. `total` counts all that pass the filter, `kinds` those of each kind
    of artefact, whichever of them the filter chooses.
    """

    revision: int
    values: tuple[SharedValue, ...]
    total: int
    kinds: Mapping[str, int]

    @property
    def entity_ids(self) -> list[str]:
        """Ids of all entities that the page names."""
        return sorted({row.facts.id for value in self.values for row in value.holders})


@dataclass(frozen=True, slots=True)
class _Shared:
    """Value that several entities share: numbers of the records that state it, by entity."""

    kind: str
    key: int
    text: str
    records: Mapping[int, Sequence[int]]

    def among(self, entities: set[int]) -> _Shared:
        """Return the value with those of its entities that are in a set."""
        kept = {number: own for number, own in self.records.items() if number in entities}
        return replace(self, records=kept)


def read_shared_values(
    hub: Hub,
    viewer: Viewer = STRANGER,
    *,
    kinds: Sequence[str] = (),
    of: str = "",
    limit: int = 20,
    offset: int = 0,
) -> SharedValueList:
    """Return a page of the values that entities share; those of most entities come first.

    `kinds` (`ARTEFACT_KINDS`) selects values, empty for all. `of` (label of a kind of entity)
    counts only such entities.
    """
    with open_rows(hub, viewer) as rows:
        shared = _load_shared(rows)
        if of:
            table = load_table(rows)
            entities = set(table.numbers[(table.kinds & int(KIND_BY_LABEL[of])) != 0].tolist())
            cut = [row.among(entities) for row in shared]
            shared = [row for row in cut if len(row.records) > 1]
        chosen = [row for row in shared if not kinds or row.kind in kinds]
        # a stable order: among equals, the values stay in the order of their texts
        chosen.sort(key=lambda row: len(row.records), reverse=True)
        counts = Counter(row.kind for row in shared)
        return SharedValueList(
            rows.view.revision,
            _describe(rows, chosen[offset : offset + limit]),
            len(chosen),
            {kind: counts[kind] for kind in ARTEFACT_KINDS if counts[kind]},
        )


_shared: OrderedDict[object, list[_Shared]] = OrderedDict()


def _load_shared(rows: VisibleRecords) -> list[_Shared]:
    """Return all shared values for the revision and the viewer of `rows`; cached."""
    key = table_key(rows)
    shared = _shared.get(key)
    if shared is None:
        shared = _shared[key] = _find_shared(rows)
        while len(_shared) > _MAX_CACHED:
            # each step is atomic in the interpreter, so threads need no lock
            _shared.popitem(last=False)
    return shared


def _find_shared(rows: VisibleRecords) -> list[_Shared]:
    """Return all values that at least two entities have, by kind and text."""
    owned = rows.all_owned()
    keys, places = rows.holdings(owned.records)
    entities = owned.entities[places]
    order = np.lexsort((entities, keys))
    keys, entities, places = keys[order], entities[order], places[order]
    is_same = keys[1:] == keys[:-1]
    common_keys = keys[1:][is_same & (entities[1:] != entities[:-1])]
    # texts and kinds of values are read only of records that have a shared one
    records = distinct(owned.records[places[np.isin(keys, common_keys)]])
    common = set(common_keys.tolist())
    owner_of = owned.by_record()
    found: dict[tuple[str, int], dict[int, list[int]]] = {}
    texts: dict[tuple[str, int], str] = {}
    for number, artefact in rows.artefacts(records):
        if artefact.key in common:
            value = artefact.kind, artefact.key
            stated = found.setdefault(value, {}).setdefault(owner_of[number], [])
            if number not in stated[-1:]:
                stated.append(number)
            known = texts.get(value, "")
            texts[value] = min(known or artefact.text, artefact.text, key=_rank_text)
    shared = [
        _Shared(*value, texts[value], by_entity)
        for value, by_entity in found.items()
        if len(by_entity) > 1
    ]
    place_of = {kind: place for place, kind in enumerate(ARTEFACT_KINDS)}
    return sorted(shared, key=lambda row: (place_of[row.kind], row.text.casefold(), row.key))


def _rank_text(text: str) -> tuple[int, str]:
    """Return the sort key of the spellings of a value; the first one is shown, as in graphs."""
    return -len(text), text


def _describe(rows: VisibleRecords, values: Sequence[_Shared]) -> tuple[SharedValue, ...]:
    """Return shared values with their entities, which are named in the order of their ids."""
    ids = rows.view.entity_ids(sorted({number for row in values for number in row.records}))
    first = [sorted(row.records, key=ids.__getitem__)[:MAX_HOLDERS] for row in values]
    facts = load_facts(rows, sorted({number for numbers in first for number in numbers}))
    stating = {
        record
        for row, numbers in zip(values, first, strict=True)
        for number in numbers
        for record in row.records[number]
    }
    record_ids = rows.ids(np.array(sorted(stating), dtype=np.int64))
    return tuple(
        SharedValue(
            row.kind,
            row.text,
            tuple(
                Holder(
                    facts[number],
                    tuple(sorted({record_ids[record] for record in row.records[number]})),
                )
                for number in numbers
            ),
            len(row.records),
        )
        for row, numbers in zip(values, first, strict=True)
    )


def shared_value_table(values: Iterable[SharedValue]) -> str:
    """Return shared values as CSV, with one line for each value and entity."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for value in values:
        for row in value.holders:
            own = [row.facts.id, row.facts.caption, row.facts.kind]
            lists = ["; ".join(row.facts.agencies), "; ".join(row.records)]
            cells = [value.kind, value.text, str(value.count), *own, *lists]
            writer.writerow(map(escape_formula, cells))
    return buffer.getvalue()
