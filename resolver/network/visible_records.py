"""Records behind a network: which of them count for a viewer at a revision, and what they state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.errors import UnknownIdError
from resolver.network.artefacts import Artefact, Hashes, Numbers, artefact_columns, read_artefacts
from resolver.network.segment_edges import SegmentEdges, load_edges
from resolver.records import Relation
from resolver.records.packing import unpack_relation
from resolver.records.prepared.ragged import spread
from resolver.records.prepared.text_hashes import compute_hash64
from resolver.records.properties import RELATION
from resolver.records.visibility import Viewer
from resolver.review.restrictions import find_entity, find_hidden_records
from resolver.store import StoreView
from resolver.store.segments import Segment

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Owned:
    """Records that count, ascending, and the entity of each."""

    records: Numbers
    entities: Numbers

    def by_record(self) -> dict[int, int]:
        """Return the entity of each record."""
        return dict(zip(self.records.tolist(), self.entities.tolist(), strict=True))


def distinct(numbers: Numbers) -> Numbers:
    """Return numbers sorted, each once.

    By sorting: of some hundred thousand integers that takes a tenth of `numpy.unique`.
    """
    ordered = np.sort(numbers)
    is_first = np.ones(len(ordered), dtype=bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def join_owned(parts: Sequence[Owned]) -> Owned:
    """Join records that count, each once."""
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
    """Records of a store at the revision of a view, as far as one viewer may see them.

    A record counts if it is valid at the revision and the viewer may see it; in a view of the past
    also its latest version, so that a restriction reaches back.
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
        """Return the number of the entity of an id: its own, a retired one, or that of a record.

        Raises `UnknownIdError` for an id that the viewer may not know, or without a record that
        counts.
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
        """Return whether an id is that of an entity without records that the viewer once may have
        seen. Raises `UnknownIdError` for an id that the viewer may not know.
        """
        return not find_entity(self.view, entity_id, self.viewer).records

    def of_entities(self, entities: Sequence[int]) -> Owned:
        """Return the records of some entities (numbers)."""
        record, owner, _ = self.view.members(sorted(set(entities)))
        return self._visible(record, owner)

    def all_owned(self) -> Owned:
        """Return all records that count."""
        return self._visible(*self.view.all_members())

    def owned(self, numbers: Numbers) -> Owned:
        """Return those of some record numbers that count."""
        record, owner, _ = self.view.memberships(distinct(numbers).tolist())
        return self._visible(record, owner)

    def first_owned(self, numbers: Numbers, limit: int) -> tuple[Owned, bool]:
        """Return the records that count among some numbers (ascending) until these belong to
        `limit` entities, and whether there are more.

        Hidden records are left out before the limit counts, so that they push no visible one out.
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
        """Iterate over the segments that hold some records, with the places of these."""
        return ((edges.segment, low, high) for edges, low, high in self._slices(numbers))

    def id_array(self, numbers: Numbers) -> pa.StringArray:
        """Return the ids of some records (numbers ascending), in that order."""
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
        """Iterate over (record, property, packed text) of some records (numbers ascending)."""
        for edges, rows in self._rows(numbers):
            for prop in props:
                if prop in edges.segment.batch.columns:
                    for number, text in _column_texts(edges.segment, prop, rows):
                        yield number, prop, text

    def relations(self, numbers: Numbers) -> Iterator[tuple[int, Relation]]:
        """Iterate over the relations that some records (numbers ascending) state."""
        for number, _, text in self.texts((RELATION,), numbers):
            yield number, unpack_relation(text)

    def artefacts(self, numbers: Numbers) -> Iterator[tuple[int, Artefact]]:
        """Iterate over the artefacts of some records (numbers ascending)."""
        for edges, rows in self._rows(numbers):
            for prop, _ in artefact_columns(edges.segment.batch):
                for number, text in _column_texts(edges.segment, prop, rows):
                    artefact = read_artefacts(prop, text)
                    if artefact is not None:
                        yield number, artefact

    def stating(self, record_ids: Sequence[str]) -> tuple[Numbers, Numbers]:
        """Return (place among the ids, number of a record that states a relation to it), by place
        and number. Records of all revisions are among them.
        """
        keys = np.array([compute_hash64(record_id) for record_id in record_ids], dtype=np.uint64)
        return self._find(keys, "stating")

    def holding(self, keys: Hashes) -> tuple[Numbers, Numbers]:
        """Return (place among the keys, number of a record that has the artefact), likewise."""
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
        """Return for each of some record numbers (ascending) whether the viewer may see it."""
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
        """Yield the segments that hold some records, with the places of these in `numbers`."""
        for edges in self._edges:
            first, count = edges.segment.first, len(edges.segment)
            low, high = np.searchsorted(numbers, [first, first + count]).tolist()
            if low < high:
                yield edges, low, high


def _column_texts(segment: Segment, prop: str, rows: Numbers) -> Iterator[tuple[int, str]]:
    """Yield (record number, packed text) of the values of some rows in a column."""
    column, offsets = segment.batch.columns[prop], segment.offsets[prop]
    starts = offsets[rows].astype(np.int64)
    counts = offsets[rows + 1] - starts
    codes = column.codes[spread(starts, counts)]
    if len(codes):
        numbers = np.repeat(segment.first + rows, counts).tolist()
        yield from zip(numbers, column.values.take(pa.array(codes)).to_pylist(), strict=True)
