"""Plans of merging and writing on a cluster: which part handles the records of each entity.

Merging: the records of one component come to one part. A component has the records that links and
decisions connect, and the records that relations name, directly or by the same name. No link,
statement or relation leads out of a part, so it computes the same as one machine. The driver finds
the components from numbers of records and hashes of ids alone. If two ids have one hash, one part
only has more records, and no result changes.

Writing: entities are dealt to parts in the order of their smallest records. A part writes the
entities of its records, and the links from these records to the right. For this it needs the ids of
the records at the other ends of links, and the entities at the other ends of relations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.matching.clustering import DecidedRows, components
from resolver.matching.resolution_task import ResolutionTask, ScoredCandidates
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import spread
from resolver.records.results.resolution import Links
from resolver.spark.job import Rows

PartNumbers = npt.NDArray[np.uint16]
SINGLE = (1 << 16) - 1
"""Number that stands for a part if a record is in no part; the numbers of parts are lower."""


class RelationEnds(NamedTuple):
    """Ends of relations: records, and for each a hash (uint64) of an id or name that it states or
    has.
    """

    rows: Rows
    hashes: npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class MergePlan:
    """Part of each record (n × uint16; `SINGLE` if nothing ties it to other records), and the
    component of each record (its smallest record).
    """

    part_of: PartNumbers
    component: Rows
    parts: int

    def select_pairs(self, scored: ScoredCandidates) -> npt.NDArray[np.int64]:
        """Return the positions of the pairs within components, which clustering needs."""
        inside = self.component[scored.left] == self.component[scored.right]
        return np.flatnonzero(inside)


def plan_merging(
    task: ResolutionTask, scored: ScoredCandidates, ends: Sequence[RelationEnds], members: int
) -> MergePlan:
    """Return the parts of a task's records, for its scored pairs and relations.

    `members`: number of records in a part, unless more are tied together.
    """
    component = _join_records(task, scored, ends)
    sizes = np.bincount(component, minlength=len(task.batch))
    is_tied = (sizes > 1)[component]
    parts = count_parts(int(is_tied.sum()), members)
    part_of = np.full(len(component), SINGLE, dtype=np.uint16)
    part_of[is_tied] = _deal(sizes, parts)[component[is_tied]]
    return MergePlan(part_of, component, parts)


def count_parts(records: int, members: int) -> int:
    """Return the number of parts of at most `members` records that hold some records."""
    return min(-(-records // members), SINGLE)


def _join_records(
    task: ResolutionTask, scored: ScoredCandidates, ends: Sequence[RelationEnds]
) -> Rows:
    """Return the component of each record, named by its smallest record."""
    count = len(task.batch)
    is_link = scored.logodds >= task.link_threshold
    left, right = scored.left[is_link], scored.right[is_link]
    rows = np.concatenate([end.rows for end in ends])
    hashes, place = np.unique(np.concatenate([end.hashes for end in ends]), return_inverse=True)
    nodes = (count + place).astype(np.int32)
    roots = components(
        count + len(hashes),
        np.concatenate([left, rows]).astype(np.int32),
        np.concatenate([right, nodes]).astype(np.int32),
        task.decided.same,
    )
    return roots[:count]


def _deal(sizes: npt.NDArray[np.int64], shares: int) -> PartNumbers:
    """Return the share of each component of two or more records, by the smallest record of the
    component.

    `sizes`: records of each component. Large ones come first, so that each share holds about the
    same number of records, or one component that is larger than that.
    """
    share_of = np.zeros(len(sizes), dtype=np.uint16)
    roots = np.flatnonzero(sizes > 1)
    if not len(roots):
        return share_of
    roots = roots[np.argsort(-sizes[roots], kind="stable")]
    middle = np.cumsum(sizes[roots]) - sizes[roots] / 2
    share_of[roots] = middle * shares // sizes[roots].sum()
    return share_of


def select_decisions(decided: DecidedRows, numbers: Rows) -> DecidedRows:
    """Return the decisions between some records, by their positions in `numbers` (record numbers,
    ascending).
    """
    place = {number: row for row, number in enumerate(numbers.tolist())}
    same, different = (
        [(place[left], place[right]) for left, right in pairs if left in place and right in place]
        for pairs in decided
    )
    return DecidedRows(same, different)


Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WritePlan:
    """Entity and part of each record, and the records of other parts that each part needs.

    `labels`: smallest row of the entity of each record. `context`: pairs of row and part (n × 2),
    sorted.
    """

    labels: IntArray
    part_of: PartNumbers
    context: IntArray
    parts: int

    def with_context(self, links: Links, stated: RelationEnds, bearers: RelationEnds) -> WritePlan:
        """Return the plan with the records that links and relations lead to.

        `stated`: ids and names that relations of records state. `bearers`: records that have such
        ids or names.
        """
        related = _find_related_rows(self.labels, self.part_of, stated, bearers)
        linked = links.right.astype(np.int64) << 16 | self.part_of[links.left]
        has_rival = links.rival >= 0
        rivals = links.rival[has_rival].astype(np.int64) << 16
        rivals |= self.part_of[links.left[has_rival]]
        needed = np.unique(np.concatenate([linked, rivals, related]))
        rows, part = needed >> 16, needed & 0xFFFF
        outside = self.part_of[rows] != part
        context = np.stack([rows[outside], part[outside]], axis=1).astype(np.int32)
        return replace(self, context=context)


def plan_writing(labels: IntArray, members: int) -> WritePlan:
    """Return the parts of entities, without context.

    `members`: number of records in a part, unless an entity has more.
    """
    parts = count_parts(len(labels), members)
    sizes = np.bincount(labels, minlength=len(labels))
    # computed in place, since the driver holds a number for each record
    starts = np.cumsum(sizes)
    starts -= sizes
    starts *= parts
    starts //= max(len(labels), 1)
    part_of_root = starts.astype(np.uint16)
    context = np.zeros((0, 2), dtype=np.int32)
    return WritePlan(labels, part_of_root[labels], context, parts)


def _find_related_rows(
    labels: IntArray, part_of: PartNumbers, stated: RelationEnds, bearers: RelationEnds
) -> Numbers:
    """Return the records of entities that relations lead to, with the parts that state them: the
    row times 65,536 plus the part.
    """
    order = np.argsort(bearers.hashes, kind="stable")
    hashes = bearers.hashes[order]
    low = np.searchsorted(hashes, stated.hashes)
    counts = np.searchsorted(hashes, stated.hashes, side="right") - low
    targets = bearers.rows[order][spread(low, counts)]
    part = np.repeat(part_of[stated.rows], counts)
    pairs = np.unique(labels[targets].astype(np.int64) << 16 | part)
    return _add_members(labels, pairs)


def _add_members(labels: IntArray, pairs: Numbers) -> Numbers:
    """Return a pair of row and part for each record of the entities that pairs name."""
    if not len(pairs):
        return pairs
    rows = np.argsort(labels, kind="stable")
    low = np.searchsorted(labels[rows], pairs >> 16)
    counts = np.searchsorted(labels[rows], pairs >> 16, side="right") - low
    members = rows[spread(low, counts)].astype(np.int64)
    return members << 16 | np.repeat(pairs & 0xFFFF, counts)
