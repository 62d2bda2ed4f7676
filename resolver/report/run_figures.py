"""The figures of a run, counted in columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resolver.records import Kind
from resolver.records.results.resolution import Band, Outcome, Resolution
from resolver.report.report_data import (
    Overlap,
    Rejected,
    RejectGroup,
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
_KINDS = 8  # kinds are sets of three bits
_VARIES = re.compile(r"(?<=\brecord )\S+(?=:)|'[^']*'|\"[^\"]*\"|‘[^’]*’|“[^”]*”|\d+(?:[-/.:]\d+)*")
_GAP = "…"
_Ints = npt.NDArray[np.int64]


class Counted:
    """A resolution with what several counts need: `entity` (0 … m - 1 per record); per entity `sizes`, `kinds` (what
    all its records can be) and `spread` (in how many sources)."""

    def __init__(self, resolution: Resolution) -> None:
        batch = resolution.batch
        self.resolution = resolution
        roots, inverse = np.unique(resolution.labels, return_inverse=True)
        self.roots: _Ints = roots.astype(np.int64)
        self.entity: _Ints = inverse.reshape(-1).astype(np.int64)
        self.sizes: _Ints = np.bincount(self.entity, minlength=len(roots)).astype(np.int64)
        self.kinds = _kinds(batch.kinds, self.entity, self.sizes)
        self.names: list[str] = batch.sources.values.to_pylist()
        stride = max(len(self.names), 1)
        pairs = np.unique(self.entity * stride + batch.sources.codes)
        self.known_to: tuple[_Ints, _Ints] = (pairs // stride, pairs % stride)
        self.spread: _Ints = np.bincount(self.known_to[0], minlength=len(roots)).astype(np.int64)


def _kinds(kinds: npt.NDArray[np.uint8], entity: _Ints, sizes: _Ints) -> npt.NDArray[np.uint8]:
    """The kind bits that all records of an entity share; those of its first record where they share none."""
    if not len(sizes):
        return kinds[:0]
    held = kinds[np.argsort(entity, kind="stable")]
    starts = np.cumsum(sizes) - sizes
    common = np.bitwise_and.reduceat(held, starts)
    return np.where(common == 0, held[starts], common).astype(np.uint8)


def totals(counted: Counted, rejects: int, collapsed: int, withdrawn: int) -> Totals:
    """The figures of the first paragraph."""
    resolution = counted.resolution
    outcomes = np.bincount(resolution.links.outcome, minlength=len(Outcome))
    kinds = np.bincount(counted.kinds, minlength=_KINDS)
    return Totals(
        records=len(resolution.batch),
        sources=len(np.unique(resolution.batch.sources.codes)),
        entities=len(counted.roots),
        entities_of={
            kind.label: int(kinds[kind])
            for kind in (Kind.PERSON, Kind.GROUP, Kind.LEGAL, Kind.ASSET)
        },
        merged_entities=int(np.count_nonzero(counted.sizes > 1)),
        shared=int(np.count_nonzero(counted.spread > 1)),
        candidate_pairs=resolution.stats.candidate_pairs,
        matched=int(np.count_nonzero(resolution.links.band == Band.MATCH)),
        queued=int(outcomes[Outcome.QUEUED]),
        apart=int(outcomes[Outcome.APART]),
        rejects=rejects,
        collapsed=collapsed,
        withdrawn=withdrawn,
    )


def source_rows(counted: Counted) -> tuple[SourceRow, ...]:
    """One row a source and kind, by source, then kind."""
    resolution = counted.resolution
    batch, links = resolution.batch, resolution.links
    keys = batch.sources.codes.astype(np.int64) * _KINDS + batch.kinds
    count = max(len(counted.names), 1) * _KINDS
    distinct = np.unique(counted.entity * count + keys)
    entities, of_key = distinct // count, distinct % count
    waiting = links.outcome == Outcome.QUEUED
    queued = np.unique(np.concatenate([links.left[waiting], links.right[waiting]]))
    records, known, shared, in_queue = (
        np.bincount(found, minlength=count).tolist()
        for found in (keys, of_key, of_key[counted.spread[entities] > 1], keys[queued])
    )
    return tuple(
        SourceRow(
            counted.names[key // _KINDS],
            Kind(key % _KINDS).label,
            records[key],
            known[key],
            shared[key],
            in_queue[key],
        )
        for key in np.flatnonzero(records).tolist()
    )


def overlap(counted: Counted) -> Overlap:
    """How many entities each two sources share, for the sources that share most."""
    entities, sources = counted.known_to
    held = np.bincount(sources, minlength=len(counted.names))
    together = counted.spread[entities] > 1
    sharing = np.bincount(sources[together], minlength=len(counted.names))
    ranked = sorted(
        np.flatnonzero(held).tolist(),
        key=lambda code: (-sharing[code], -held[code], counted.names[code]),
    )
    shown = sorted(ranked[:SHOWN_SOURCES], key=lambda code: counted.names[code])
    place = np.full(len(counted.names), -1)
    place[shown] = np.arange(len(shown))
    kept = together & (place[sources] >= 0)
    rows, which = np.unique(entities[kept], return_inverse=True)
    known = np.zeros((len(rows), len(shown)), dtype=np.float32)
    known[which.reshape(-1), place[sources[kept]]] = 1
    # exact: counts below 2**24 are whole numbers in float32, larger ones are summed in pieces
    both = sum(
        (part.T @ part).astype(np.int64) for part in np.array_split(known, max(1, len(known) >> 20))
    ) + np.zeros((len(shown), len(shown)), dtype=np.int64)
    np.fill_diagonal(both, held[shown])
    return Overlap(
        tuple(counted.names[code] for code in shown),
        tuple(tuple(row) for row in both.tolist()),
        len(ranked) - len(shown),
    )


def sizes(counted: Counted) -> tuple[tuple[str, int], ...]:
    """How many entities have how many records."""
    starts = np.array([start for start, _ in _SIZES])
    found = np.bincount(
        np.searchsorted(starts, counted.sizes, side="right") - 1, minlength=len(_SIZES)
    )
    last = int(np.max(np.flatnonzero(found), initial=0))
    return tuple(
        (label, int(count)) for (_, label), count in zip(_SIZES[: last + 1], found, strict=False)
    )


def reject_groups(rejects: Sequence[Rejected]) -> tuple[RejectGroup, ...]:
    """Rejected rows by reason, reasons that differ only in what they quote taken together; the most frequent first."""
    groups: dict[str, list[Rejected]] = {}
    for reject in rejects:
        groups.setdefault(_VARIES.sub(_GAP, reject.reason), []).append(reject)
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    shown = [
        _group(_common(reason, [reject.reason for reject in held]), held)
        for reason, held in ranked[:SHOWN_REASONS]
    ]
    others = [reject for _, held in ranked[SHOWN_REASONS:] for reject in held]
    return (*shown, *([_group("other reasons", others)] if others else []))


def _group(reason: str, held: Sequence[Rejected]) -> RejectGroup:
    first = sorted(held, key=lambda reject: (reject.file, reject.line, reject.reason))[
        :SHOWN_EXAMPLES
    ]
    places = [f"{reject.file}:{reject.line}" if reject.line else reject.file for reject in first]
    return RejectGroup(
        reason,
        len(held),
        tuple(f"{place}: {reject.reason}" for place, reject in zip(places, first, strict=True)),
    )


def _common(pattern: str, reasons: Sequence[str]) -> str:
    """The pattern with what all reasons have in common put back into its gaps."""
    said = [_VARIES.findall(reason) for reason in reasons]
    if len({len(words) for words in said}) != 1:
        return pattern
    kept = [words[0] if len(set(words)) == 1 else _GAP for words in zip(*said, strict=True)]
    gaps = iter(kept)
    return _VARIES.sub(lambda _: next(gaps), reasons[0])
