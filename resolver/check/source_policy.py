"""Catalog of sources and datasets: the sources that a viewer may know, with numbers of visible
records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from resolver.hub.hub import Hub
from resolver.hub.record_index import RecordIndex
from resolver.records.properties import DATASETS
from resolver.records.visibility import STRANGER, Claim, Viewer, dataset_rows, visible_rows
from resolver.store import StoredSource


def find_refused(claims: Iterable[Claim], agency_of: Mapping[str, str]) -> frozenset[Claim]:
    """Return the claims that name the list of another agency: only an agency itself says what is in
    its list. `agency_of`: agencies of the lists that the viewer may know.
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
    """Dataset that lists name for their records: the number of these records that the viewer may
    see, and the latest update of such a list.
    """

    name: str
    records: int
    updated: str


def read_datasets(
    hub: Hub, viewer: Viewer = STRANGER
) -> tuple[int, list[StoredSource], list[FurtherDataset]]:
    """Read the result of `read_catalog`, and the datasets that lists name in addition to their own.

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
    """Return whether a viewer may know a source although they may see none of its records."""
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
