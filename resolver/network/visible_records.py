"""Records on which a network is based: the records that count for a viewer at a revision, and the
facts that they state.

`VisibleRecords`, at the end, is the class that networks use. Before it, the module has:

- Artefacts: values that entities share, such as telephone numbers, e-mail addresses, documents,
  accounts and wallets. The key of an artefact is the hash of the normal form that comparators use,
  so all spellings of a number are one artefact. An address must have a number and at least three
  words.
- Look-up arrays of an index segment (`SegmentEdges`): which records state a relation to a record
  id, and which have an artefact. They are built when a network is first read (seconds for a million
  records) and cached. A commit adds a small segment, so it costs little.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.errors import UnknownIdError
from resolver.hub.segment_contents import load_prepared
from resolver.records import Batch, Column, Relation
from resolver.records.packing import SEPARATOR, split_fields, unpack_relation
from resolver.records.prepared.batch import WEAK_FAMILIES, PreparedBatch, Ragged, TextTable, spread
from resolver.records.properties import ACTIVITY, ADDRESS, IDENTIFIERS, PROPERTY_BY_NAME, RELATION
from resolver.records.visibility import Viewer, find_vulnerable, viewer_classes, visible_rows
from resolver.review.refusals import find_entity, find_hidden_records
from resolver.runtime.text_cache import compute_hash64, hash64
from resolver.store import StoreView
from resolver.store.segments import Segment
from resolver.values.identifiers import read_packed_identifier
from resolver.values.normal_values import normalize_email, normalize_phone

Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
PHONE, EMAIL, DOCUMENT, ACCOUNT, WALLET = "phone", "email", "document", "account", "wallet"
REGISTRATION, VESSEL, VEHICLE, PLACE = "registration", "vessel", "vehicle", "address"
ARTEFACT_KINDS = (
    *(PHONE, EMAIL, ACCOUNT, WALLET, DOCUMENT),
    *(REGISTRATION, VESSEL, VEHICLE, PLACE),
)
"""Kinds of artefact, in the order in which pages list them."""
_ACCOUNT_WORDS = ("account", "iban", "konto", "booking")
_FAMILY_BITS = 32
"""Families of identifiers are numbers below this; higher bits are flags of checked numbers."""
_ARTEFACT_COLUMNS = (PHONE, EMAIL, ADDRESS, *IDENTIFIERS)
MIN_ADDRESS_WORDS = 3
"""Minimum number of words that an address needs to be an artefact. Shorter ones are shared by many
strangers.
"""


class Artefact(NamedTuple):
    """Artefact of a record: kind, hash of its normal form, and its text as written."""

    kind: str
    key: int
    text: str


def read_artefacts(prop: str, packed: str) -> Artefact | None:
    """Return the artefact of a value, or None if the value is none.

    `packed` is the value as the column of a batch has it.
    """
    if prop in (PHONE, EMAIL):
        normal = normalize_phone(packed) if prop == PHONE else normalize_email(packed)
        return Artefact(prop, hash64(normal), packed) if normal else None
    if prop == ADDRESS:
        words = _address_text(packed)
        text = ", ".join(field for field in packed.split(SEPARATOR) if field)
        return Artefact(PLACE, compute_hash64(words), text) if words else None
    reading = read_packed_identifier(prop, packed)
    family = reading.family % _FAMILY_BITS
    if len(reading.number) <= 2 or family in WEAK_FAMILIES:
        return None
    number, _, kind_text = split_fields(packed, 3)
    key = _identifier_keys(np.array([hash64(reading.number)], dtype=np.uint64), np.array([family]))
    return Artefact(_identifier_kind(prop, kind_text), int(key[0]), number)


def _identifier_kind(prop: str, kind_text: str) -> str:
    if any(word in kind_text.casefold() for word in _ACCOUNT_WORDS):
        return ACCOUNT
    return PROPERTY_BY_NAME[prop].artefact


def _identifier_keys(numbers: Hashes, families: npt.NDArray[np.int64]) -> Hashes:
    """Return the keys of identifiers. Equal numbers of one family have one key."""
    keys: Hashes = numbers ^ (families.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    return keys


def _address_text(packed: str) -> str:
    """Return the normal form of an address; empty if the address is too short or has no number."""
    words = "".join(letter if letter.isalnum() else " " for letter in packed.casefold()).split()
    is_exact = len(words) >= MIN_ADDRESS_WORDS and any(map(str.isdigit, "".join(words)))
    return " ".join(words) if is_exact else ""


def find_artefact_rows(batch: Batch, prepared: PreparedBatch) -> tuple[Hashes, Numbers]:
    """Return the keys of all artefacts of a batch, ascending, and the row of each."""
    parts = [_plain_rows(*prepared.plain[prop]) for prop in (PHONE, EMAIL)]
    table = prepared.identifier_table
    families = table.type.astype(np.int64) % _FAMILY_BITS
    keys = np.where(
        (table.number == 0) | np.isin(families, WEAK_FAMILIES),
        np.uint64(0),
        _identifier_keys(table.number, families),
    )
    parts.append((keys[prepared.identifiers.items], prepared.identifiers.rows.astype(np.int64)))
    if ADDRESS in batch.columns:
        parts.append(_address_rows(batch.columns[ADDRESS]))
    all_keys, rows = (np.concatenate(column) for column in zip(*parts, strict=True))
    is_known = all_keys > 0
    all_keys, rows = all_keys[is_known], rows[is_known]
    order = np.lexsort((rows, all_keys))
    return all_keys[order], rows[order]


def _plain_rows(rows: Ragged, table: TextTable) -> tuple[Hashes, Numbers]:
    return table.hashes[rows.items], rows.rows.astype(np.int64)


def _address_rows(column: Column) -> tuple[Hashes, Numbers]:
    used = np.unique(column.codes)
    keys = np.zeros(len(column.values), dtype=np.uint64)
    keys[used] = [
        compute_hash64(text) if text else 0
        for text in map(_address_text, column.values.take(used).to_pylist())
    ]
    return keys[column.codes], column.rows.astype(np.int64)


def artefact_columns(batch: Batch) -> Iterator[tuple[str, Column]]:
    """Yield (property, column) for the columns of a batch whose values can be artefacts."""
    return ((prop, batch.columns[prop]) for prop in _ARTEFACT_COLUMNS if prop in batch.columns)


_MAX_CACHED_SEGMENTS = 64
_MAX_CACHED_RIGHTS = 16
"""Maximum number of kinds of viewers whose flags are kept for a segment."""


class RecordVisibility:
    """Which records of a batch viewers may see, cached by the rights of the viewers."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._flags: dict[Viewer, npt.NDArray[np.bool_]] = {}

    def flags(self, viewer: Viewer) -> npt.NDArray[np.bool_]:
        """Return a flag for each record; an empty array if the viewer may see all of them."""
        rights = viewer_classes(viewer)[-1]
        flags = self._flags.get(rights)
        if flags is None:
            visible = visible_rows(self._batch, rights)
            flags = np.zeros(0, dtype=bool) if visible is None else visible
            if len(self._flags) >= _MAX_CACHED_RIGHTS:
                self._flags.clear()
            self._flags[rights] = flags
        return flags


@dataclass(frozen=True, slots=True)
class SortedRows:
    """Rows of a segment by key: row `rows[i]` has key `keys[i]`.

    Keys ascend, and rows ascend within a key.
    """

    keys: Hashes
    rows: Numbers

    @classmethod
    def sort(cls, keys: Hashes, rows: Numbers) -> SortedRows:
        """Sort rows by key."""
        order = np.lexsort((rows, keys))
        return cls(keys[order], rows[order])

    def find(self, keys: Hashes) -> tuple[Numbers, Numbers]:
        """Return (position in `keys`, row) of all rows with one of these keys."""
        starts = np.searchsorted(self.keys, keys, side="left")
        counts = np.searchsorted(self.keys, keys, side="right") - starts
        return np.repeat(np.arange(len(keys)), counts), self.rows[spread(starts, counts)]


@dataclass(frozen=True, slots=True)
class SegmentEdges:
    """Segment with its look-up arrays.

    `stating` has the rows that state a relation, by the hash of the id of the other record.
    `holding` has the rows that have an artefact, by the key of the artefact.
    """

    segment: Segment
    stating: SortedRows
    holding: SortedRows
    visibility: RecordVisibility

    def visible_mask(self, rows: Numbers, viewer: Viewer) -> npt.NDArray[np.bool_]:
        """Return, for each row, whether the viewer may see its record."""
        flags = self.visibility.flags(viewer)
        return flags[rows] if len(flags) else np.ones(len(rows), dtype=bool)


def _build_edges(segment: Segment) -> SegmentEdges:
    column = segment.batch.columns.get(RELATION)
    nothing = SortedRows(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64))
    return SegmentEdges(
        segment,
        nothing if column is None else _build_stating(column),
        SortedRows(*find_artefact_rows(segment.batch, load_prepared(segment))),
        RecordVisibility(segment.batch),
    )


def _build_stating(column: Column) -> SortedRows:
    """Return the rows that state relations, by the hash of the id of the other record."""
    parts = pc.split_pattern(column.values, SEPARATOR)
    has_target = pc.list_value_length(parts).to_numpy(zero_copy_only=False) > 1
    hashes = np.zeros(len(column.values), dtype=np.uint64)
    coded = pc.list_element(parts.filter(pa.array(has_target)), 1).dictionary_encode()
    unique = np.array(
        [compute_hash64(text) if text else 0 for text in coded.dictionary.to_pylist()],
        dtype=np.uint64,
    )
    if len(unique):
        hashes[has_target] = unique[coded.indices.to_numpy()]
    keys = hashes[column.codes]
    is_named = keys > 0
    return SortedRows.sort(keys[is_named], column.rows[is_named].astype(np.int64))


_edges_by_segment: OrderedDict[int, SegmentEdges] = OrderedDict()


def load_edges(segments: Sequence[Segment]) -> list[SegmentEdges]:
    """Return the look-up arrays of some segments; they are cached."""
    return [_cached_edges(segment) for segment in segments]


def _cached_edges(segment: Segment) -> SegmentEdges:
    edges = _edges_by_segment.get(id(segment))
    if edges is None or edges.segment is not segment:
        edges = _edges_by_segment[id(segment)] = _build_edges(segment)
        while len(_edges_by_segment) > _MAX_CACHED_SEGMENTS:
            # each step is atomic in the interpreter, so threads need no lock
            _edges_by_segment.popitem(last=False)
    return edges


_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Owned:
    """Records that count for a viewer, ascending, and the entity of each record."""

    records: Numbers
    entities: Numbers

    def by_record(self) -> dict[int, int]:
        """Return the entity of each record."""
        return dict(zip(self.records.tolist(), self.entities.tolist(), strict=True))


def distinct(numbers: Numbers) -> Numbers:
    """Return the distinct numbers, ascending.

    For some hundred thousand integers, this takes a tenth of the time of `numpy.unique`.
    """
    ordered = np.sort(numbers)
    is_first = np.ones(len(ordered), dtype=bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def join_owned(parts: Sequence[Owned]) -> Owned:
    """Join several sets of records; a record in several sets is kept once."""
    records = np.concatenate([np.zeros(0, dtype=np.int64), *(part.records for part in parts)])
    entities = np.concatenate([np.zeros(0, dtype=np.int64), *(part.entities for part in parts)])
    order = np.argsort(records, kind="stable")
    records, entities = records[order], entities[order]
    is_first = np.ones(len(records), dtype=bool)
    is_first[1:] = records[1:] != records[:-1]
    return Owned(records[is_first], entities[is_first])


def _cut(owned: Owned, limit: int) -> tuple[Owned, bool]:
    """Return the records of the first `limit` entities, and whether there are more."""
    entities = list(dict.fromkeys(owned.entities.tolist()))
    if len(entities) <= limit:
        return owned, False
    is_first = np.isin(owned.entities, entities[:limit])
    return Owned(owned.records[is_first], owned.entities[is_first]), True


class VisibleRecords:
    """Records of a store at the revision of a view that count for one viewer.

    A record counts if it is valid at the revision and the viewer may see it. In a view of the past,
    the viewer must also be allowed to see its latest version: a new restriction applies to the
    past, too.
    """

    def __init__(self, view: StoreView, segments: Sequence[Segment], viewer: Viewer) -> None:
        self.view, self.viewer = view.seen_by(viewer), viewer
        self._edges = load_edges(segments)
        self._present = StoreView(view.connection)
        self._is_past = view.revision < self._present.revision

    def __len__(self) -> int:
        """Return the number of record versions of all revisions."""
        return sum(len(edges.segment) for edges in self._edges)

    def find_entity(self, entity_id: str) -> int:
        """Return the number of an entity by its id, by a retired id or by the id of a record.

        Raises `UnknownIdError` for an id that the viewer may not know, or if no record of the
        entity counts.
        """
        stored = find_entity(self.view, entity_id, self.viewer)
        is_hidden = bool(find_hidden_records(self._present, [entity_id], self.viewer))
        if is_hidden or not len(self.of_entities([stored.number]).records):
            raise UnknownIdError(
                f"the store has no entity or record {entity_id}",
                hint="ids are e-… or <source>:<id>",
            )
        return stored.number

    def is_dissolved(self, entity_id: str) -> bool:
        """Return whether the entity of an id has no records any more.

        Raises `UnknownIdError` for an id that the viewer may not know.
        """
        return not find_entity(self.view, entity_id, self.viewer).records

    def of_entities(self, entities: Sequence[int]) -> Owned:
        """Return the records of some entities, given by number, that count."""
        record, owner, _ = self.view.members(sorted(set(entities)))
        return self._visible(record, owner)

    def all_owned(self) -> Owned:
        """Return all records that count."""
        return self._visible(*self.view.all_members())

    def owned(self, numbers: Numbers) -> Owned:
        """Return the records among these numbers that count."""
        record, owner, _ = self.view.memberships(distinct(numbers).tolist())
        return self._visible(record, owner)

    def first_owned(self, numbers: Numbers, limit: int) -> tuple[Owned, bool]:
        """Return the records that count and belong to the first `limit` entities.

        Also return whether there are more entities. `numbers` are ascending. Hidden records are
        left out first, so they do not use up the limit.
        """
        numbers = numbers[self._mask(numbers)]
        parts: list[Owned] = []
        entities: set[int] = set()
        for start in range(0, len(numbers), _CHUNK):
            part = self.owned(numbers[start : start + _CHUNK])
            parts.append(part)
            entities.update(part.entities.tolist())
            if len(entities) > limit:
                break
        return _cut(join_owned(parts), limit)

    @property
    def present(self) -> int:
        """Present revision of the store."""
        return self._present.revision

    def segment_slices(self, numbers: Numbers) -> Iterator[tuple[Segment, int, int]]:
        """Yield (segment, low, high): the segment has the records `numbers[low:high]`."""
        return ((edges.segment, low, high) for edges, low, high in self._slices(numbers))

    def id_array(self, numbers: Numbers) -> pa.StringArray:
        """Return the ids of some records (numbers ascending), in the same order."""
        parts = [
            edges.segment.batch.ids.take(pa.array(rows)) for edges, rows in self._rows(numbers)
        ]
        return pa.concat_arrays(parts) if parts else pa.array([], pa.string())

    def ids(self, numbers: Numbers) -> dict[int, str]:
        """Return the ids of some records (numbers ascending)."""
        return {
            number: record_id
            for edges, rows in self._rows(numbers)
            for number, record_id in zip(
                (edges.segment.first + rows).tolist(),
                edges.segment.batch.ids.take(pa.array(rows)).to_pylist(),
                strict=True,
            )
        }

    def sources(self, numbers: Numbers) -> dict[int, str]:
        """Return the sources of some records (numbers ascending)."""
        names: dict[int, str] = {}
        for edges, rows in self._rows(numbers):
            sources = edges.segment.batch.sources
            texts = sources.values.to_pylist()
            codes = sources.codes[rows].tolist()
            numbers_here = (edges.segment.first + rows).tolist()
            names |= {n: texts[code] for n, code in zip(numbers_here, codes, strict=True)}
        return names

    def schemas(self, numbers: Numbers) -> dict[int, tuple[str, int]]:
        """Return schema and kind (bits) of some records (numbers ascending)."""
        schemas: dict[int, tuple[str, int]] = {}
        for edges, rows in self._rows(numbers):
            batch = edges.segment.batch
            texts = batch.schemas.values.to_pylist()
            numbers_here = (edges.segment.first + rows).tolist()
            rest = zip(batch.schemas.codes[rows].tolist(), batch.kinds[rows].tolist(), strict=True)
            schemas |= {n: (texts[c], k) for n, (c, k) in zip(numbers_here, rest, strict=True)}
        return schemas

    def texts(self, props: Sequence[str], numbers: Numbers) -> Iterator[tuple[int, str, str]]:
        """Iterate over (record, property, packed text) of some records (numbers ascending).

        Crimes of a victim or a witness are left out, because others did them.
        """
        for edges, rows in self._rows(numbers):
            batch = edges.segment.batch
            for prop in props:
                if prop in batch.columns:
                    chosen = (
                        np.setdiff1d(rows, find_vulnerable(batch)) if prop == ACTIVITY else rows
                    )
                    for number, text in _column_texts(edges.segment, prop, chosen):
                        yield number, prop, text

    def relations(self, numbers: Numbers) -> Iterator[tuple[int, Relation]]:
        """Iterate over the relations that some records (numbers ascending) state."""
        for edges, rows in self._rows(numbers):
            column = edges.segment.batch.columns.get(RELATION)
            if column is not None:
                places = _places(edges.segment, RELATION, rows)
                origins = column.origin_values.take(pa.array(column.origins[places])).to_pylist()
                texts = _column_texts(edges.segment, RELATION, rows)
                for (number, text), origin in zip(texts, origins, strict=True):
                    yield number, unpack_relation(text, origin)

    def artefacts(self, numbers: Numbers) -> Iterator[tuple[int, Artefact]]:
        """Iterate over the artefacts of some records (numbers ascending)."""
        for edges, rows in self._rows(numbers):
            for prop, _ in artefact_columns(edges.segment.batch):
                for number, text in _column_texts(edges.segment, prop, rows):
                    artefact = read_artefacts(prop, text)
                    if artefact is not None:
                        yield number, artefact

    def holdings(self, numbers: Numbers) -> tuple[Hashes, Numbers]:
        """Return the keys of the artefacts of some records (numbers ascending), and for each key
        the place of its record in `numbers`.
        """
        keys, places = [np.zeros(0, dtype=np.uint64)], [np.zeros(0, dtype=np.int64)]
        for edges, low, high in self._slices(numbers):
            place_of = np.full(len(edges.segment), -1, dtype=np.int64)
            place_of[numbers[low:high] - edges.segment.first] = np.arange(low, high)
            place = place_of[edges.holding.rows]
            keys.append(edges.holding.keys[place >= 0])
            places.append(place[place >= 0])
        return np.concatenate(keys), np.concatenate(places)

    def stating(self, record_ids: Sequence[str]) -> tuple[Numbers, Numbers]:
        """Return the records that state a relation to one of these record ids.

        Return (position in `record_ids`, record number), sorted. Records of all revisions are
        included.
        """
        keys = np.array([compute_hash64(record_id) for record_id in record_ids], dtype=np.uint64)
        return self._find(keys, "stating")

    def holding(self, keys: Hashes) -> tuple[Numbers, Numbers]:
        """Return the records that have one of these artefacts, in the form of `stating`."""
        return self._find(keys, "holding")

    def _find(self, keys: Hashes, table: str) -> tuple[Numbers, Numbers]:
        places, numbers = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for edges in self._edges:
            place, row = getattr(edges, table).find(keys)
            places.append(place)
            numbers.append(row + edges.segment.first)
        all_places, all_numbers = np.concatenate(places), np.concatenate(numbers)
        order = np.lexsort((all_numbers, all_places))
        return all_places[order], all_numbers[order]

    def _visible(self, record: Numbers, owner: Numbers) -> Owned:
        mask = self._mask(record)
        return Owned(record[mask], owner[mask])

    def _mask(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Return, for each record number (ascending), whether the record counts."""
        mask = np.zeros(len(numbers), dtype=bool)
        for edges, low, high in self._slices(numbers):
            rows = numbers[low:high] - edges.segment.first
            mask[low:high] = edges.visible_mask(rows, self.viewer)
        if self._is_past and mask.any():
            ids = self.ids(numbers[mask])
            hidden = find_hidden_records(self._present, set(ids.values()), self.viewer)
            mask[mask] = [record_id not in hidden for record_id in ids.values()]
        return mask

    def _rows(self, numbers: Numbers) -> Iterator[tuple[SegmentEdges, Numbers]]:
        for edges, low, high in self._slices(numbers):
            yield edges, numbers[low:high] - edges.segment.first

    def _slices(self, numbers: Numbers) -> Iterator[tuple[SegmentEdges, int, int]]:
        """Yield (segment, low, high): the segment has the records `numbers[low:high]`."""
        for edges in self._edges:
            first, count = edges.segment.first, len(edges.segment)
            low, high = np.searchsorted(numbers, [first, first + count]).tolist()
            if low < high:
                yield edges, low, high


def _places(segment: Segment, prop: str, rows: Numbers) -> Numbers:
    """Return the places in a column of the values of some rows."""
    offsets = segment.offsets[prop]
    starts = offsets[rows].astype(np.int64)
    return spread(starts, offsets[rows + 1] - starts)


def _column_texts(segment: Segment, prop: str, rows: Numbers) -> Iterator[tuple[int, str]]:
    """Yield (record number, packed text) of the values of some rows in a column."""
    column, offsets = segment.batch.columns[prop], segment.offsets[prop]
    codes = column.codes[_places(segment, prop, rows)]
    if len(codes):
        counts = offsets[rows + 1].astype(np.int64) - offsets[rows]
        numbers = np.repeat(segment.first + rows, counts).tolist()
        yield from zip(numbers, column.values.take(pa.array(codes)).to_pylist(), strict=True)
