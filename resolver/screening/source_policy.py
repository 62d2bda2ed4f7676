"""Handling of the records in the entity index: which records and lists a viewer may know of.

Every commit makes a new snapshot, so the counts over millions of records are computed once per
segment; a snapshot only subtracts the records that were replaced since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.hub.hub import Hub
from resolver.hub.index.record_index import RecordIndex
from resolver.records import Batch, Handling
from resolver.records.batch import IntArray
from resolver.records.datasets import Claim, dataset_rows
from resolver.records.packing import unpack_handling
from resolver.records.prepared.ragged import spread
from resolver.records.properties import DATASETS, HANDLING
from resolver.records.visibility import STRANGER, Viewer, visible_rows
from resolver.store import StoredSource

Numbers = npt.NDArray[np.int64]
_UNRESTRICTED = ""
_MAX_CACHED_RIGHTS = 16


class RecordVisibility:
    """Flags of the records of a batch that viewers may see, cached by their rights."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._flags: dict[Viewer, npt.NDArray[np.bool_]] = {}

    def flags(self, viewer: Viewer) -> npt.NDArray[np.bool_]:
        """Return a flag for each record; an empty array if the viewer may see all of them."""
        rights = Viewer("named" if viewer.name else "", viewer.agency, viewer.scopes)
        flags = self._flags.get(rights)
        if flags is None:
            visible = visible_rows(self._batch, rights)
            flags = np.zeros(0, dtype=bool) if visible is None else visible
            if len(self._flags) >= _MAX_CACHED_RIGHTS:
                self._flags.clear()
            self._flags[rights] = flags
        return flags


@dataclass(frozen=True, slots=True)
class HandlingTable:
    """Handling of n records: entry i of record `rows[i]` (ascending) has statement
    `statements[codes[i]]`.

    A record has an entry for each of its datasets. A statement is a claim (source and dataset) and
    a packed handling, empty where a record states none. `counts` is the number of entries per
    statement.
    """

    rows: IntArray
    codes: IntArray
    statements: Sequence[tuple[Claim, str]]
    counts: Numbers

    @classmethod
    def from_batch(cls, batch: Batch) -> HandlingTable:
        """Build the table of the records of a batch."""
        column = batch.columns.get(HANDLING)
        texts, values = np.zeros(len(batch), dtype=np.int64), [_UNRESTRICTED]
        if column is not None:
            texts[column.rows] = column.codes.astype(np.int64) + 1
            values += column.values.to_pylist()
        rows, places, claims = dataset_rows(batch)
        order = np.argsort(rows, kind="stable")
        rows, places = rows[order], places[order]
        keys, codes, counts = np.unique(
            places * np.int64(len(values)) + texts[rows], return_inverse=True, return_counts=True
        )
        statements = [
            (claims[key // len(values)], values[key % len(values)]) for key in keys.tolist()
        ]
        return cls(
            rows.astype(np.int32), codes.astype(np.int32), statements, counts.astype(np.int64)
        )

    def counts_without(self, rows: Numbers) -> Numbers:
        """Return `counts` without some record rows."""
        # of the type of the table, or all of it is converted for a few rows
        sought = rows.astype(self.rows.dtype)
        starts = np.searchsorted(self.rows, sought, side="left")
        places = spread(starts, np.searchsorted(self.rows, sought, side="right") - starts)
        return self.counts - np.bincount(self.codes[places], minlength=len(self.counts))


def find_claims(
    tables: Sequence[tuple[HandlingTable, Numbers]],
) -> Mapping[Claim, frozenset[Handling] | None]:
    """Return the claims of current records with the handling of these; None if everybody may see
    one of them.

    Each table comes with the record rows that no longer count.
    """
    texts_of: dict[Claim, set[str]] = {}
    for table, inactive_rows in tables:
        for place in np.flatnonzero(table.counts_without(inactive_rows) > 0).tolist():
            claim, text = table.statements[place]
            texts_of.setdefault(claim, set()).add(text)
    return {claim: _restriction(texts) for claim, texts in texts_of.items()}


def _restriction(texts: set[str]) -> frozenset[Handling] | None:
    stated = frozenset(map(unpack_handling, texts - {_UNRESTRICTED}))
    is_open = _UNRESTRICTED in texts or any(handling.code == "H0" for handling in stated)
    return None if is_open else stated


def find_refused(claims: Iterable[Claim], agency_of: Mapping[str, str]) -> frozenset[Claim]:
    """Return those of some claims that name the list of another agency: only an agency itself says
    what is in its list. `agency_of`: agencies of the lists that the viewer may know.
    """
    return frozenset(
        (source, name)
        for source, name in claims
        if source != name and agency_of.get(name, "") not in ("", agency_of.get(source, ""))
    )


def read_catalog(hub: Hub, viewer: Viewer = STRANGER) -> tuple[int, list[StoredSource]]:
    """Read the revision of the store and its non-empty sources, with the number of records that the
    viewer may see.
    """
    with hub.store.view() as view:
        if not view.head.plan:
            return view.revision, []
    with hub.indexed_view() as (view, index):
        hidden = _count_hidden_records(index, viewer)
        counted = [
            (source, source.records - hidden.get(source.name, 0))
            for source in view.sources(counted=True)
        ]
        return view.revision, [
            replace(source, records=visible_count)
            for source, visible_count in counted
            if visible_count or _may_be_empty(source, viewer)
        ]


@dataclass(frozen=True, slots=True)
class FurtherDataset:
    """Dataset that lists name for records of theirs: how many of these the viewer may see, and the
    latest update of such a list.
    """

    name: str
    records: int
    updated: str


def read_datasets(
    hub: Hub, viewer: Viewer = STRANGER
) -> tuple[int, list[StoredSource], list[FurtherDataset]]:
    """Read what `read_catalog` does, and the datasets that lists name beside their own.

    These may be sources, too.
    """
    revision, sources = read_catalog(hub, viewer)
    counts: Counter[Claim] = Counter()
    if sources:
        with hub.indexed_view() as (_, index):
            counts = _count_further(index, viewer)
    source_of = {source.name: source for source in sources}
    agency_of = {source.name: source.agency for source in sources}
    refused = find_refused(counts, agency_of)
    records: Counter[str] = Counter()
    updated: dict[str, str] = {}
    for (source, name), count in counts.items():
        if (source, name) not in refused:
            records[name] += count
            updated[name] = max(updated.get(name, ""), source_of[source].updated)
    datasets = [FurtherDataset(name, records[name], updated[name]) for name in sorted(records)]
    return revision, sources, datasets


def _count_further(index: RecordIndex, viewer: Viewer) -> Counter[Claim]:
    """Count the current records of each further dataset that the viewer may see."""
    counts: Counter[Claim] = Counter()
    for segment in index.segments:
        if DATASETS not in segment.batch.columns:
            continue
        rows, places, claims = dataset_rows(segment.batch)
        is_counted = index.are_current(segment.first + np.arange(len(segment.batch)))
        visible = visible_rows(segment.batch, viewer)
        is_counted &= True if visible is None else visible
        chosen = is_counted[rows] & (np.arange(len(rows)) >= len(segment.batch))
        for place, count in zip(*np.unique(places[chosen], return_counts=True), strict=True):
            counts[claims[int(place)]] += int(count)
    return counts


def _may_be_empty(source: StoredSource, viewer: Viewer) -> bool:
    """Return whether a viewer may know of a source none of whose records they may see."""
    is_own = "admin" in viewer.scopes or bool(viewer.agency and viewer.agency == source.agency)
    return bool(source.updated) and (is_own or not (source.records or source.agency))


def _count_hidden_records(index: RecordIndex, viewer: Viewer) -> Counter[str]:
    """Count the current records of each source that the viewer may not see."""
    counts: Counter[str] = Counter()
    for segment in index.segments:
        visible_mask = visible_rows(segment.batch, viewer)
        if visible_mask is not None:
            rows = np.flatnonzero(~visible_mask)
            codes = segment.batch.sources.codes[rows[index.are_current(segment.first + rows)]]
            names = segment.batch.sources.values
            for code, count in zip(*np.unique(codes, return_counts=True), strict=True):
                counts[names[int(code)].as_py()] += int(count)
    return counts
