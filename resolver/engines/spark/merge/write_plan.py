"""Plan of writing on a cluster: the files that entities go to, and what else these files need.

Entities are dealt to parts in the order of their smallest records. A part writes the entities of
its records and the links of these to the right. For that it needs the ids of records that links
lead to, and the entities that relations lead to, wherever they are; all as rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.engines.spark.merge.merge_plan import PartNumbers, RelationEnds, count_parts
from resolver.records.batch import IntArray
from resolver.records.prepared.ragged import spread
from resolver.records.results.resolution import Links

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
        """Return the plan with what links and relations lead to.

        `stated`: what relations of records name. `bearers`: records with such ids.
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

    `members`: records of a part, unless an entity has more.
    """
    parts = count_parts(len(labels), members)
    sizes = np.bincount(labels, minlength=len(labels))
    # in place, since the driver holds a number of each record
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
