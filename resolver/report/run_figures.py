"""Figures of a run, counted with array operations."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resolver.kernels.number_sets import sort_distinct
from resolver.records import Kind
from resolver.records.results.resolution import Band, Outcome, Resolution
from resolver.report.report_data import (
    IntakeSummary,
    RejectedItem,
    RejectGroup,
    SourceOverlap,
    SourceRow,
    Totals,
)

SHOWN_SOURCES = 14
SHOWN_REASONS = 12
SHOWN_EXAMPLES = 3
_SIZES = (
    (1, "1"),
    (2, "2"),
    (3, "3"),
    (4, "4"),
    (5, "5"),
    (6, "6–10"),
    (11, "11–20"),
    (21, "21–50"),
    (51, "51 and more"),
)
# Kinds are sets of three bits.
_KINDS = 8
_SHOWN_KINDS = (Kind.PERSON, Kind.GROUP, Kind.LEGAL, Kind.ASSET)
_QUOTED = re.compile(
    r"(?<=\brecord )\S+(?=:)|'[^']*'|\"[^\"]*\"|‘[^‘’]*’|“[^“”]*”|\d+(?:[-/.:]\d+)*"
)
_GAP = "…"
_Ints = npt.NDArray[np.int64]


class RunCounts:
    """Resolution with arrays that several counts need.

    `entity`: number of each record's entity (0 … m - 1). Per entity: `sizes`, `kinds` (bits that
    all its records share) and `spread` (number of sources). `entity_sources`: pairs of entity and
    source.
    """

    def __init__(self, resolution: Resolution) -> None:
        batch = resolution.batch
        self.resolution = resolution
        roots, inverse = np.unique(resolution.labels, return_inverse=True)
        self.roots: _Ints = roots.astype(np.int64)
        self.entity: _Ints = inverse.reshape(-1).astype(np.int64)
        self.sizes: _Ints = np.bincount(self.entity, minlength=len(roots)).astype(np.int64)
        self.kinds = _common_kinds(batch.kinds, self.entity, self.sizes)
        self.names: list[str] = batch.sources.values.to_pylist()
        stride = max(len(self.names), 1)
        pairs = sort_distinct(self.entity * stride + batch.sources.codes)
        self.entity_sources: tuple[_Ints, _Ints] = (pairs // stride, pairs % stride)
        self.spread: _Ints = np.bincount(self.entity_sources[0], minlength=len(roots)).astype(
            np.int64
        )


def _common_kinds(
    kinds: npt.NDArray[np.uint8], entity: _Ints, sizes: _Ints
) -> npt.NDArray[np.uint8]:
    """Return the kind bits that all records of an entity share; else those of its first record."""
    if not len(sizes):
        return kinds[:0]
    sorted_kinds = kinds[np.argsort(entity, kind="stable")]
    starts = np.cumsum(sizes) - sizes
    common = np.bitwise_and.reduceat(sorted_kinds, starts)
    return np.where(common == 0, sorted_kinds[starts], common).astype(np.uint8)


def count_totals(counts: RunCounts, intake: IntakeSummary) -> Totals:
    """Count the figures of the first paragraph."""
    resolution = counts.resolution
    outcomes = np.bincount(resolution.links.outcome, minlength=len(Outcome))
    kinds = np.bincount(counts.kinds, minlength=_KINDS)
    return Totals(
        records=len(resolution.batch),
        sources=len(np.unique(resolution.batch.sources.codes)),
        entities=len(counts.roots),
        entities_of={kind.label: int(kinds[kind]) for kind in _SHOWN_KINDS},
        merged_entities=int(np.count_nonzero(counts.sizes > 1)),
        shared=int(np.count_nonzero(counts.spread > 1)),
        candidate_pairs=resolution.stats.candidate_pairs,
        matched=int(np.count_nonzero(resolution.links.stated_band == Band.MATCH)),
        queued=int(outcomes[Outcome.QUEUED]),
        apart=int(outcomes[Outcome.APART]),
        rejects=len(intake.rejects),
        collapsed=intake.collapsed,
        withdrawn=len(intake.withdrawn),
    )


def count_sources(counts: RunCounts) -> tuple[SourceRow, ...]:
    """Count one row per source and kind, sorted by source, then kind."""
    resolution = counts.resolution
    batch, links = resolution.batch, resolution.links
    keys = batch.sources.codes.astype(np.int64) * _KINDS + batch.kinds
    count = max(len(counts.names), 1) * _KINDS
    distinct = sort_distinct(counts.entity * count + keys)
    entities, of_key = distinct // count, distinct % count
    waiting = links.outcome == Outcome.QUEUED
    queued = sort_distinct(np.concatenate([links.left[waiting], links.right[waiting]]))
    records, entities_per_key, shared, in_queue = (
        np.bincount(values, minlength=count).tolist()
        for values in (keys, of_key, of_key[counts.spread[entities] > 1], keys[queued])
    )
    return tuple(
        SourceRow(
            counts.names[key // _KINDS],
            Kind(key % _KINDS).label,
            records[key],
            entities_per_key[key],
            shared[key],
            in_queue[key],
        )
        for key in np.flatnonzero(records).tolist()
    )


def count_overlap(counts: RunCounts) -> SourceOverlap:
    """Count the entities that two sources share, for the sources that share most."""
    entities, sources = counts.entity_sources
    entity_counts = np.bincount(sources, minlength=len(counts.names))
    is_shared = counts.spread[entities] > 1
    sharing = np.bincount(sources[is_shared], minlength=len(counts.names))
    ranked = sorted(
        np.flatnonzero(entity_counts).tolist(),
        key=lambda code: (-sharing[code], -entity_counts[code], counts.names[code]),
    )
    shown = sorted(ranked[:SHOWN_SOURCES], key=lambda code: counts.names[code])
    place = np.full(len(counts.names), -1)
    place[shown] = np.arange(len(shown))
    is_shown = is_shared & (place[sources] >= 0)
    rows, inverse = np.unique(entities[is_shown], return_inverse=True)
    incidence = np.zeros((len(rows), len(shown)), dtype=np.float32)
    incidence[inverse.reshape(-1), place[sources[is_shown]]] = 1
    # Sums below 2**24 are exact in float32; larger matrices are summed in pieces.
    shared = sum(
        (part.T @ part).astype(np.int64)
        for part in np.array_split(incidence, max(1, len(incidence) >> 20))
    ) + np.zeros((len(shown), len(shown)), dtype=np.int64)
    np.fill_diagonal(shared, entity_counts[shown])
    return SourceOverlap(
        tuple(counts.names[code] for code in shown),
        tuple(tuple(row) for row in shared.tolist()),
        len(ranked) - len(shown),
    )


def count_sizes(counts: RunCounts) -> tuple[tuple[str, int], ...]:
    """Count entities by number of records."""
    starts = np.array([start for start, _ in _SIZES])
    entity_counts = np.bincount(
        np.searchsorted(starts, counts.sizes, side="right") - 1, minlength=len(_SIZES)
    )
    last = int(np.max(np.flatnonzero(entity_counts), initial=0))
    return tuple(
        (label, int(count))
        for (_, label), count in zip(_SIZES[: last + 1], entity_counts, strict=False)
    )


def group_rejects(rejects: Sequence[RejectedItem]) -> tuple[RejectGroup, ...]:
    """Group rejected rows by reason, most frequent first.

    Reasons that differ only in quoted texts and numbers form one group.
    """
    groups: dict[str, list[RejectedItem]] = {}
    for reject in rejects:
        groups.setdefault(_QUOTED.sub(_GAP, reject.reason), []).append(reject)
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    shown = [
        _build_group(_restore_common(reason, [reject.reason for reject in items]), items)
        for reason, items in ranked[:SHOWN_REASONS]
    ]
    other_items = [reject for _, items in ranked[SHOWN_REASONS:] for reject in items]
    return (*shown, *([_build_group("other reasons", other_items)] if other_items else []))


def _build_group(reason: str, items: Sequence[RejectedItem]) -> RejectGroup:
    first_items = sorted(items, key=lambda reject: (reject.file, reject.line, reject.reason))[
        :SHOWN_EXAMPLES
    ]
    places = [
        f"{reject.file}:{reject.line}" if reject.line else reject.file for reject in first_items
    ]
    return RejectGroup(
        reason,
        len(items),
        tuple(
            f"{place}: {reject.reason}" for place, reject in zip(places, first_items, strict=True)
        ),
    )


def _restore_common(pattern: str, reasons: Sequence[str]) -> str:
    """Fill the gaps of a pattern with the texts that all reasons have in common."""
    quotes = [_QUOTED.findall(reason) for reason in reasons]
    if len({len(words) for words in quotes}) != 1:
        return pattern
    common = [words[0] if len(set(words)) == 1 else _GAP for words in zip(*quotes, strict=True)]
    gaps = iter(common)
    return _QUOTED.sub(lambda _: next(gaps), reasons[0])
