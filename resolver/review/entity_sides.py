"""Entities in the form that review needs: summaries for the queue, and sides of a pair for its
pages.

- `EntitySummary` has what filters and priorities of the queue use: number of records, lists, kinds,
  scripts and restrictions. `SummaryTable` has the summaries of many entities.
- `EntitySide` has the records of an entity that a viewer may see, and their golden record.
  `load_sides` loads it, with a cache of golden records. `build_party` describes a side in the
  queue.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from resolver.errors import InputError
from resolver.merging import (
    GoldenRecord,
    build_merge_context,
    build_partition,
    iterate_golden_records,
)
from resolver.merging.survivorship import find_conflicts
from resolver.records import Batch, Kind
from resolver.records.labels import display_text
from resolver.records.packing import unpack_handling
from resolver.records.properties import BEGINNINGS, COUNTRIES, FULL_NAMES, HANDLING, NAME_PARTS
from resolver.records.record import Handling
from resolver.records.visibility import OPERATOR, Viewer, is_visible
from resolver.reference import find_territory, text_scripts
from resolver.review.models import Party
from resolver.store import StoredRecord, StoredSource, StoreView
from resolver.values.normal_values import country_code

Numbers = npt.NDArray[np.int64]
_NAMES = frozenset((*FULL_NAMES, *NAME_PARTS))
_SCRIPT_CODES = """
Latin Latn, Arabic Arab, Cyrillic Cyrl, Han Hani, Hangul Hang, Greek Grek, Hebrew Hebr,
Georgian Geor, Armenian Armn, Devanagari Deva, Thai Thai, Bengali Beng, Tamil Taml, Ethiopic Ethi,
Khmer Khmr, Hiragana Hira, Katakana Kana, Myanmar Mymr, Sinhala Sinh, Lao Laoo, Tibetan Tibt,
Gurmukhi Guru, Gujarati Gujr, Telugu Telu
"""
_CODES: dict[str, str] = dict(pair.split() for pair in _SCRIPT_CODES.split(","))
SCRIPTS = {code: name for name, code in _CODES.items()}
"""Scripts that the queue can be filtered by: ISO 15924 code → name."""
KIND_MARKS = {Kind.PERSON: "kp", Kind.GROUP: "kg", Kind.ASSET: "ka"}


@dataclass(slots=True)
class EntitySummary:
    """Summary of an entity.

    `sources` are numbers of sources, `kinds` marks of kinds (`kp`, `kg`, `ka`), and `scripts` ISO
    15924 codes.
    """

    records: int = 0
    sources: set[int] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    scripts: set[str] = field(default_factory=set)
    restrictions: set[tuple[str, str]] = field(default_factory=set)
    """Pairs (handling code, agency) of its restricted records."""


def summarize_entities(view: StoreView, entities: Sequence[int]) -> dict[int, EntitySummary]:
    """Return the summary of each entity, by number."""
    summaries = {entity: EntitySummary() for entity in entities}
    record, entity, _ = view.members(entities)
    entity_of = dict(zip(record.tolist(), entity.tolist(), strict=True))
    for number, source, kind, content in view.content_rows(record.tolist()):
        summary = summaries[entity_of[number]]
        summary.records += 1
        summary.sources.add(source)
        summary.kinds |= kind_marks(kind)
        summary.scripts |= _scripts(content)
        if HANDLING in content:
            summary.restrictions |= _restrictions(content)
    return summaries


@dataclass(frozen=True, slots=True)
class SummaryTable:
    """Summaries of many entities.

    `entities` are numbers, ascending. `records` is the number of records of each entity, and
    `summary_index` the index of its summary in `summaries`. Many entities have the same lists,
    kinds and scripts, so there are few distinct summaries. Their own field `records` is not used.
    """

    entities: Numbers
    records: Numbers
    summary_index: Numbers
    summaries: Sequence[EntitySummary]

    def rows_of(self, entities: Numbers) -> Numbers:
        """Return the rows of some entities, all of which must be in the table."""
        return np.searchsorted(self.entities, entities)


def build_summary_table(view: StoreView, entities: Numbers) -> SummaryTable:
    """Return the summaries of many entities, given by distinct ascending numbers."""
    record, entity, _ = view.members(entities.tolist())
    order = np.argsort(record)
    pool = _SummaryPool()
    number, index = pool.classify_records(view, record[order])  # in an order of its own
    record_summaries = np.empty(len(record), dtype=np.int64)
    record_summaries[order] = index[np.argsort(number)]
    by_entity = np.argsort(entity, kind="stable")
    starts = np.searchsorted(entity[by_entity], entities)
    counts = np.diff(np.append(starts, len(entity)))
    entity_summaries = (
        record_summaries[by_entity][np.minimum(starts, max(len(entity) - 1, 0))]
        if len(entity)
        else np.zeros_like(entities)
    )
    for position in np.flatnonzero(counts != 1).tolist():
        distinct = record_summaries[
            by_entity[starts[position] : starts[position] + counts[position]]
        ]
        entity_summaries[position] = pool.combine(frozenset(distinct.tolist()))
    return SummaryTable(entities, counts, entity_summaries, pool.summaries)


class _SummaryPool:
    """Distinct summaries of records and entities."""

    def __init__(self) -> None:
        self.summaries: list[EntitySummary] = []
        self._index_of: dict[object, int] = {}

    def classify_records(self, view: StoreView, records: Numbers) -> tuple[Numbers, Numbers]:
        """Return the record numbers in the order of the store, and for each record the index of its
        summary.
        """
        numbers, indexes = [], []
        index_of = self._index_of
        for number, source, kind, content in view.content_rows(records.tolist()):
            scripts = _scripts(content)
            restrictions = _restrictions(content) if HANDLING in content else _UNRESTRICTED
            key = source, kind, scripts, restrictions
            index = index_of.get(key)
            if index is None:
                index = index_of[key] = len(self.summaries)
                self.summaries.append(
                    EntitySummary(
                        1, {source}, set(kind_marks(kind)), set(scripts), set(restrictions)
                    )
                )
            numbers.append(number)
            indexes.append(index)
        return np.array(numbers, dtype=np.int64), np.array(indexes, dtype=np.int64)

    def combine(self, indexes: frozenset[int]) -> int:
        """Return the summary index of an entity; `indexes` are those of its records."""
        if len(indexes) == 1:
            return min(indexes)
        index = self._index_of.get(indexes)
        if index is None:
            index = self._index_of[indexes] = len(self.summaries)
            combined = EntitySummary()
            for summary in (self.summaries[member] for member in indexes):
                combined.sources |= summary.sources
                combined.kinds |= summary.kinds
                combined.scripts |= summary.scripts
                combined.restrictions |= summary.restrictions
            self.summaries.append(combined)
        return index


_UNRESTRICTED: frozenset[tuple[str, str]] = frozenset()


def _restrictions(content: str) -> frozenset[tuple[str, str]]:
    return frozenset(
        (handling.code, handling.agency)
        for handling in read_handlings(content)
        if handling.code != "H0"
    )


@lru_cache(maxsize=16)
def kind_marks(kind: int) -> frozenset[str]:
    """Return the marks of a kind of record (bits)."""
    return frozenset(mark for bit, mark in KIND_MARKS.items() if kind & bit)


_LATIN = frozenset({"Latn"})


def _scripts(content: str) -> frozenset[str]:
    if content.isascii():
        return _LATIN
    return detect_scripts(item[1] for item in orjson.loads(content) if item[0] in _NAMES)


def read_handlings(content: str) -> list[Handling]:
    """Read the handling statements of a stored record."""
    return [unpack_handling(item[1]) for item in orjson.loads(content) if item[0] == HANDLING]


def detect_scripts(names: Iterable[str]) -> frozenset[str]:
    """Return the scripts of names, as ISO 15924 codes."""
    codes: set[str] = set()
    for name in names:
        if name.isascii():
            codes.add("Latn")
        else:
            codes |= {_CODES.get(script, script[:4]) for script in text_scripts(name)}
    return frozenset(codes)


_MAX_CACHED_RECORDS = 20_000
MAX_RECORDS = 5_000
"""Maximum number of records of one entity that are loaded. A page cannot show more."""


@dataclass(frozen=True, slots=True)
class EntitySide:
    """Visible records of an entity, or of a set of records that is treated as one.

    `id` is the id that people see, and `number` the entity number (0 for a set of records).
    """

    id: str
    number: int
    records: tuple[StoredRecord, ...]
    golden: GoldenRecord

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers of the visible records, ascending."""
        return tuple(stored.number for stored in self.records)

    @property
    def record_ids(self) -> tuple[str, ...]:
        """Ids of the visible records, ascending."""
        return tuple(sorted(stored.record.id for stored in self.records))

    @property
    def batch(self) -> Batch:
        """Visible records as a canonical batch."""
        return Batch.from_records(stored.record for stored in self.records).canonical()


def load_sides(
    view: StoreView,
    numbers: Sequence[int],
    viewer: Viewer = OPERATOR,
    among: Collection[int] | None = None,
) -> dict[int, EntitySide]:
    """Return living entities by number, as the viewer sees them.

    Entities without visible records are missing from the result. `among`: numbers of the records
    that count; None if all visible ones do.
    """
    record, entity, _ = view.members(sorted(set(numbers)))
    ids = view.seen_by(viewer).entity_ids(sorted(set(numbers)))
    stored = {row.number: row for row in view.records(record.tolist())}
    parts: dict[int, list[StoredRecord]] = {}
    for number, owner in zip(record.tolist(), entity.tolist(), strict=True):
        is_shown = among is None or number in among
        is_shown = is_shown and is_visible(stored[number].record.handling, viewer)
        if is_shown and len(parts.get(owner, ())) < MAX_RECORDS:
            parts.setdefault(owner, []).append(stored[number])
    golden = _golden(view, {ids[owner]: records for owner, records in parts.items()})
    return {
        owner: EntitySide(ids[owner], owner, tuple(records), golden[ids[owner]])
        for owner, records in parts.items()
    }


def load_record_side(
    view: StoreView, identity: str, record_ids: Sequence[str], viewer: Viewer = OPERATOR
) -> EntitySide:
    """Load records as if they formed an entity of their own.

    Raises `InputError` if none of them is current and visible.
    """
    numbers = sorted(number for number, _ in view.numbers_of(list(record_ids)).values())
    records = tuple(
        stored for stored in view.records(numbers) if is_visible(stored.record.handling, viewer)
    )
    if not records:
        raise InputError(f"the records of {identity} were withdrawn", hint="go on to the next pair")
    return EntitySide(identity, 0, records, _golden(view, {identity: records})[identity])


def _golden(
    view: StoreView, parts: Mapping[str, Sequence[StoredRecord]]
) -> dict[str, GoldenRecord]:
    """Return the golden record of each set of records, by id, using the cache."""
    store = view.connection.engine.url, view.head.store_id
    keys = {
        identity: (*store, identity, *(stored.number for stored in records))
        for identity, records in parts.items()
    }
    cached = {identity: _GOLDEN_CACHE.get(key) for identity, key in keys.items()}
    computed = _build_golden(
        {identity: parts[identity] for identity, golden in cached.items() if golden is None}
    )
    for identity, golden in computed.items():
        _GOLDEN_CACHE.put(keys[identity], golden, len(parts[identity]))
    return {
        identity: golden for identity, golden in cached.items() if golden is not None
    } | computed


class _GoldenCache:
    """Cache of golden records; the least recently used are dropped first.

    A steward needs the same few entities in each step (page, preview, decision), and the golden
    record of a set of record versions never changes. `capacity` is the total number of merged
    records.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: OrderedDict[Hashable, tuple[GoldenRecord, int]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> GoldenRecord | None:
        """Return the golden record of a key, or None."""
        with self._lock:
            if key not in self._items:
                return None
            self._items.move_to_end(key)
            return self._items[key][0]

    def put(self, key: Hashable, golden: GoldenRecord, size: int) -> None:
        """Add the golden record of `size` records."""
        with self._lock:
            self._size += size - self._items.pop(key, (golden, 0))[1]
            self._items[key] = golden, size
            while self._size > self._capacity:
                self._size -= self._items.popitem(last=False)[1][1]


_GOLDEN_CACHE = _GoldenCache(_MAX_CACHED_RECORDS)


def _build_golden(parts: Mapping[str, Sequence[StoredRecord]]) -> dict[str, GoldenRecord]:
    entity_of = {
        stored.record.id: identity for identity, records in parts.items() for stored in records
    }
    if not entity_of:
        return {}
    batch = Batch.from_records(
        stored.record for records in parts.values() for stored in records
    ).canonical()
    owners = [entity_of[record_id] for record_id in batch.ids.to_pylist()]
    _, first, inverse = np.unique(
        np.array(owners, dtype=object), return_index=True, return_inverse=True
    )
    labels = first[inverse.reshape(-1)].astype(np.int32)
    golden_records = iterate_golden_records(
        build_merge_context(
            batch, build_partition(batch, labels, pa.array(owners, pa.string())), country_code
        )
    )
    return {golden.id: golden for golden in golden_records}


def ordered_numbers(left: EntitySide, right: EntitySide) -> tuple[int, int]:
    """Return the entity numbers of two sides, the lower first, as the queue stores pairs."""
    return min(left.number, right.number), max(left.number, right.number)


def side_digest(side: EntitySide) -> str:
    """Return a digest (16 hex digits) of the visible record versions of an entity.

    The digest uses the content of each version and not its number. Numbers would reveal how many
    hidden records the store has.
    """
    versions = sorted(f"{stored.record.id} {stored.hash}" for stored in side.records)
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()[:16]


def sources_by_name(view: StoreView) -> dict[str, StoredSource]:
    """Return the sources of the store, by name."""
    return {source.name: source for source in view.sources()}


def build_party(side: EntitySide, sources: Mapping[str, StoredSource]) -> Party:
    """Return the description of a side for the queue."""
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
        tuple(sorted(detect_scripts(names))),
        _beginning_dates(golden),
        _country_names(golden),
    )


def _beginning_dates(golden: GoldenRecord) -> tuple[str, ...]:
    """Return the dates of birth, foundation or building.

    A date is left out if a more exact date begins with it: `1964` is left out beside `1964-10-26`.
    """
    dates = [
        display_text(prop, value.text)
        for prop in BEGINNINGS
        for value in golden.values.get(prop, ())
    ]
    return tuple(
        date
        for date in dict.fromkeys(dates)
        if not any(other != date and other.startswith(date) for other in dates)
    )


def _country_names(golden: GoldenRecord) -> tuple[str, ...]:
    """Return the distinct names of the countries of a golden record, in the order of properties.

    A country without a code is returned as it is written.
    """
    names: dict[str, None] = {}
    for prop in COUNTRIES:
        for value in golden.values.get(prop, ()):
            territory = find_territory(value.code) if value.code else None
            names[territory.name if territory else display_text(prop, value.text)] = None
    return tuple(names)


def dates_contradict(left: GoldenRecord, right: GoldenRecord) -> bool:
    """Return whether no date of beginning of one side can be a date of beginning of the other side.

    A beginning is a birth, foundation or building. False if one of the two sides states no date.
    """
    for prop in BEGINNINGS:
        pairs = [
            (value, other)
            for value in left.values.get(prop, ())
            for other in right.values.get(prop, ())
        ]
        if pairs and all(find_conflicts({prop: pair}) for pair in pairs):
            return True
    return False
