"""Segment of the entity index: some entities of a store, as one class of viewers sees them. They
are prepared profiles in arrays that may be mapped from a file.

It is stored as a segment (`resolver.store.segments`). Its records are the records of its entities,
entity by entity. Its extra arrays are derived from these records, so a check prepares nothing
again. It holds no record that the class may not see, so nothing in it depends on such records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.hub.segment_contents import prepared_from_arrays, prepared_to_arrays
from resolver.matching.blocking import Plan
from resolver.matching.blocking.key_lookup import KeyTable, build_key_table
from resolver.matching.blocking.keys import prefilter_arrays
from resolver.matching.blocking.word_lookup import IndexedNames, index_names
from resolver.matching.kernels.prefilter import PrefilterArrays
from resolver.names import row_gathering
from resolver.names.name_index import read_only
from resolver.names.row_gathering import NameMaterial, name_material
from resolver.records import Batch, concat
from resolver.records.batch import IntArray
from resolver.records.kinds import count_kinds
from resolver.records.packing import unpack_handling
from resolver.records.prepared.assembly import assemble
from resolver.records.prepared.batch import PreparedBatch, build_profiles, spread
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.prepared.value_flags import RecordValues
from resolver.records.properties import FULL_NAMES, HANDLING
from resolver.records.visibility import Claim, dataset_rows
from resolver.runtime.threads import lazy_property
from resolver.search import TermIndex, build_term_index
from resolver.store.array_files import AnyArray, decode_texts, encode_texts
from resolver.store.segments import Segment, SegmentReader, build_segment, write_segment

Numbers = npt.NDArray[np.int64]
_TERMS = "terms."
"""Beginning of the names of the arrays of terms."""
_MANY_RECORDS = 500
"""Number of records whose terms take so long that a search must not wait for them."""
Prepare = Callable[[Batch], PreparedBatch]
CHECK_PLAN = Plan(
    "check", 0, dict.fromkeys(("birth_day", "identifier", "contact", "mailbox", "acronym"), "")
)
"""Rules whose keys a check looks up in addition to words."""


@dataclass(frozen=True, eq=False)
class IndexSegment:
    """Segment of m entities with n records.

    `entities` are their numbers, ascending, and `ids` their ids. The records of entity row i are
    rows `member_offsets[i]:member_offsets[i + 1]` of the stored segment; `record_numbers` are the
    numbers of the records in the store. Entity row i came with revision `first_revisions[i]` and
    changed last with `last_revisions[i]`.
    """

    stored: Segment
    entities: Numbers
    ids: pa.StringArray
    first_revisions: Numbers
    last_revisions: Numbers
    member_offsets: Numbers
    record_numbers: Numbers
    prepared: PreparedBatch
    material: NameMaterial
    words: IndexedNames
    prefilter_arrays: PrefilterArrays
    keys: KeyTable

    def __len__(self) -> int:
        return len(self.entities)

    def rows_of(self, entities: Numbers) -> Numbers:
        """Return the rows of the entities, among some (ascending), that are in this segment."""
        positions = np.searchsorted(self.entities, entities)
        is_within = positions < len(self)
        positions, entities = positions[is_within], entities[is_within]
        rows: Numbers = positions[self.entities[positions] == entities]
        return rows

    def records(self, rows: Numbers) -> tuple[Batch, Numbers]:
        """Return the records of some entity rows, and for each the position of its row."""
        record_rows, owner = self.members(rows)
        return self.stored.take(record_rows), owner

    def read_values(self, rows: Sequence[int]) -> tuple[RecordValues, list[int]]:
        """Read the records of a few entity rows with their values, and for each the position of its
        row.
        """
        record_rows: list[int] = []
        owner: list[int] = []
        for number, row in enumerate(rows):
            members = range(int(self.member_offsets[row]), int(self.member_offsets[row + 1]))
            record_rows += members
            owner += [number] * len(members)
        return self.reader.read_rows(record_rows), owner

    def member_rows(self, row: int) -> Numbers:
        """Return the rows of the records of an entity row."""
        return np.arange(self.member_offsets[row], self.member_offsets[row + 1])

    def names(self, row: int) -> list[str]:
        """Return the full names of an entity row, as its records state them."""
        first, last = self.member_offsets[row : row + 2]
        names: list[str] = []
        for prop in FULL_NAMES:
            if (column := self.stored.batch.columns.get(prop)) is not None:
                low, high = np.searchsorted(column.rows, (first, last))
                names += column.values.take(pa.array(column.codes[low:high])).to_pylist()
        return names

    def describe(self, row: int) -> EntityContent:
        """Return the content of an entity row."""
        return EntityContent(
            str(self.ids[row].as_py()),
            int(self.first_revisions[row]),
            int(self.last_revisions[row]),
            tuple(self.record_numbers[self.member_rows(row)].tolist()),
        )

    def claims_of(self, active: npt.NDArray[np.bool_]) -> set[Claim]:
        """Return the claims on datasets of the records of its active entities."""
        rows, codes, claims, counts = self._claims
        gone, _ = self.members(np.flatnonzero(~active))
        starts = np.searchsorted(rows, gone)
        places = spread(starts, np.searchsorted(rows, gone, side="right") - starts)
        left = counts - np.bincount(codes[places], minlength=len(claims))
        return {claims[code] for code in np.flatnonzero(left > 0).tolist()}

    def agencies_of(self, active: npt.NDArray[np.bool_]) -> set[tuple[str, str]]:
        """Return (source, agency) for each agency whose handling some record of its active entities
        states.
        """
        column = self.stored.batch.columns.get(HANDLING)
        if column is None:
            return set()
        kept, _ = self.members(np.flatnonzero(active))
        is_kept = np.isin(column.rows, kept)
        sources = self.stored.batch.sources
        codes = np.stack([sources.codes[column.rows[is_kept]], column.codes[is_kept]])
        return {
            (source, agency)
            for source_code, code in np.unique(codes, axis=1).T.tolist()
            if (agency := unpack_handling(column.values[code].as_py()).agency)
            and (source := sources.values[source_code].as_py())
        }

    @cached_property
    def _claims(self) -> tuple[Numbers, Numbers, list[Claim], Numbers]:
        """Rows of records, ascending; positions of their claims; the claims; and the number of
        records of each claim.
        """
        rows, codes, claims = dataset_rows(self.stored.batch)
        order = np.argsort(rows, kind="stable")
        counts = np.bincount(codes, minlength=len(claims)).astype(np.int64)
        return rows[order], codes[order], claims, counts

    @cached_property
    def kind_counts(self) -> Mapping[str, int]:
        """Number of its entities by label of kind."""
        return count_kinds(self.prepared.kinds)

    @lazy_property
    def terms(self) -> TermIndex:
        """Terms of its records.

        The file of a segment holds them. Small segments in memory, which follow each commit, make
        them only for the first search, since most are replaced before anybody searches.
        """
        arrays = _select_arrays(_TERMS, self.stored.extra)
        arrays = arrays or build_term_index(self.stored.batch).to_arrays()
        return TermIndex.from_arrays(_read_only(arrays))

    @property
    def arrays(self) -> dict[str, AnyArray]:
        """All arrays that its file holds beside the records, by name."""
        terms = self.terms.to_arrays().items()
        return {**self.stored.extra, **{_TERMS + name: array for name, array in terms}}

    @cached_property
    def owners(self) -> IntArray:
        """Entity row of each record."""
        counts = np.diff(self.member_offsets)
        return np.repeat(np.arange(len(self), dtype=np.int32), counts)

    @cached_property
    def reader(self) -> SegmentReader:
        """Reader of single records."""
        return SegmentReader(self.stored.batch, self.stored.offsets, self.stored.properties())

    def warm(self, *, with_terms: bool) -> None:
        """Compute the values that are otherwise computed on first access; with few terms, leave the
        terms out.
        """
        _ = self.reader, self.material.listed, self.material.source.name_offsets
        _ = self.kind_counts, self.owners, self._claims
        if with_terms and len(self.stored) >= _MANY_RECORDS:
            _ = self.terms

    def members(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Return the rows of the records of some entity rows, and the position of each row."""
        counts = self.member_offsets[rows + 1] - self.member_offsets[rows]
        return spread(self.member_offsets[rows], counts), np.repeat(np.arange(len(rows)), counts)


@dataclass(frozen=True, slots=True)
class EntityContent:
    """Entity as a class of viewers sees it: its id, the revisions of its first and last change, and
    the numbers of its records.
    """

    id: str
    first_revision: int
    last_revision: int
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RevisionRange:
    """Revisions that a segment covers: after `since` up to `until`, committed at `committed_at`.

    `changed_entities` (ascending) changed or ended in these revisions, so earlier segments no
    longer count for them.
    """

    since: int
    until: int
    committed_at: str
    changed_entities: Numbers


def build_index_segment(
    batch: Batch,
    entities: Mapping[int, EntityContent],
    revisions: RevisionRange,
    prepare: Prepare,
) -> IndexSegment:
    """Build a segment in memory; `batch` has the records of the entities (by number, ascending),
    entity by entity.
    """
    counts = np.array([len(entity.records) for entity in entities.values()], dtype=np.int64)
    owner = np.repeat(np.arange(len(entities)), counts)
    prepared = prepare(
        build_profiles(batch, owner, [f"{place:09d}" for place in range(len(entities))]).canonical()
    )
    columns = _EntityColumns(
        np.array(list(entities), dtype=np.int64),
        pa.array([entity.id for entity in entities.values()], pa.string()),
        np.array([entity.first_revision for entity in entities.values()], dtype=np.int64),
        np.array([entity.last_revision for entity in entities.values()], dtype=np.int64),
        counts,
        np.array(
            [number for entity in entities.values() for number in entity.records], dtype=np.int64
        ),
    )
    return _build_segment(batch, columns, prepared, revisions)


def merge_index_segments(
    segments: Sequence[IndexSegment],
    active: Sequence[npt.NDArray[np.bool_]],
    revisions: RevisionRange,
) -> IndexSegment:
    """Merge segments into one of their active entities; no entity may be active in two of them."""
    chosen = [
        (segment, np.flatnonzero(mask)) for segment, mask in zip(segments, active, strict=True)
    ]
    entities = np.concatenate([segment.entities[rows] for segment, rows in chosen])
    order = np.argsort(entities, kind="stable")
    parts = [BatchRows(segment.prepared, rows) for segment, rows in chosen]
    no_ids = pa.array([""] * len(entities), pa.string())
    prepared = assemble([BatchRows(assemble(parts, no_ids), order)], no_ids)
    members = [(segment, *segment.members(rows)) for segment, rows in chosen]
    counts = np.concatenate(
        [
            np.bincount(owner, minlength=len(rows))
            for (_, _, owner), (_, rows) in zip(members, chosen, strict=True)
        ]
    )
    starts = np.cumsum(counts) - counts
    record_order = spread(starts[order], counts[order])
    batch = concat([segment.stored.take(rows) for segment, rows, _ in members]).take(record_order)
    ids = pa.concat_arrays([segment.ids.take(pa.array(rows)) for segment, rows in chosen])
    columns = _EntityColumns(
        entities[order],
        ids.take(pa.array(order)),
        np.concatenate([segment.first_revisions[rows] for segment, rows in chosen])[order],
        np.concatenate([segment.last_revisions[rows] for segment, rows in chosen])[order],
        counts[order],
        np.concatenate([segment.record_numbers[rows] for segment, rows, _ in members])[
            record_order
        ],
    )
    return _build_segment(batch, columns, prepared, revisions)


def write_index_segment(
    folder: Path, segment: IndexSegment, stamp: Mapping[str, str]
) -> IndexSegment:
    """Write a segment to a file and return the segment of that file. Raises `StoreError` if it
    cannot be written.
    """
    stored = replace(segment.stored, extra=segment.arrays)
    return open_index_segment(write_segment(folder, stored, stamp, large_pages=True))


class _EntityColumns(NamedTuple):
    """Entities of a segment: numbers, ids, first and last revisions, numbers of their records, and
    the records themselves.
    """

    entities: Numbers
    ids: pa.StringArray
    first_revisions: Numbers
    last_revisions: Numbers
    counts: Numbers
    record_numbers: Numbers


def _build_segment(
    batch: Batch, columns: _EntityColumns, prepared: PreparedBatch, revisions: RevisionRange
) -> IndexSegment:
    offsets = np.concatenate([[0], np.cumsum(columns.counts)]).astype(np.int64)
    words, keys = index_names(prepared), build_key_table(prepared, CHECK_PLAN)
    extra: dict[str, AnyArray] = {
        "entities": columns.entities,
        "first": columns.first_revisions,
        "last": columns.last_revisions,
        "members": offsets,
        "records": columns.record_numbers,
        **encode_texts("ids", columns.ids),
    }
    extra |= {f"words.{field.name}": getattr(words, field.name) for field in fields(IndexedNames)}
    extra |= {f"keys.{field.name}": getattr(keys, field.name) for field in fields(KeyTable)}
    # files store arrays of one dimension
    extra |= {
        f"seen.{place}": np.reshape(cast(AnyArray, array), -1)
        for place, array in enumerate(prefilter_arrays(prepared))
    }
    extra |= {f"prepared.{name}": array for name, array in prepared_to_arrays(prepared).items()}
    extra |= {
        f"material.{name}": array
        for name, array in row_gathering.material_arrays(name_material(prepared)).items()
    }
    segment = build_segment(
        batch,
        since=revisions.since,
        until=revisions.until,
        committed_at=revisions.committed_at,
        first=0,
        ended=revisions.changed_entities,
        extra=extra,
    )
    return open_index_segment(segment)


def open_index_segment(stored: Segment) -> IndexSegment:
    """Open a stored segment. Raises `LookupError` if it is not a segment of the entity index."""
    extra = _read_only(stored.extra)
    prepared = prepared_from_arrays(_select_arrays("prepared.", extra))
    return IndexSegment(
        stored,
        extra["entities"],
        decode_texts("ids", extra),
        extra["first"],
        extra["last"],
        extra["members"],
        extra["records"],
        prepared,
        row_gathering.material_from_arrays(_select_arrays("material.", extra), prepared),
        IndexedNames(
            **{field.name: extra[f"words.{field.name}"] for field in fields(IndexedNames)}
        ),
        PrefilterArrays(*_prefilter_columns(extra)),
        KeyTable(**{field.name: extra[f"keys.{field.name}"] for field in fields(KeyTable)}),
    )


def _prefilter_columns(arrays: Mapping[str, AnyArray]) -> list[AnyArray]:
    columns: list[AnyArray] = [arrays[f"seen.{place}"] for place in range(5)]
    for place, width in ((0, 5), (1, 8), (4, 4)):
        columns[place] = np.reshape(columns[place], (-1, width))
    return columns


def _select_arrays(prefix: str, arrays: Mapping[str, AnyArray]) -> dict[str, AnyArray]:
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def _read_only(arrays: Mapping[str, AnyArray]) -> dict[str, AnyArray]:
    """Return arrays that are read-only, like arrays from files, so that kernels see only one array
    type.
    """
    return {name: read_only(array) for name, array in arrays.items()}
