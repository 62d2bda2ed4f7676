"""Relations that helped to merge the records of an entity, as they counted then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from resolver.engines.relation_explanation import Rows
from resolver.hub.hub import Hub
from resolver.hub.related.shared_relations import SharedRelations

MAX_RECORDS = 200
"""Records of an entity beyond which its merges are not looked up again."""


@dataclass(frozen=True, slots=True)
class MergingRelation:
    """Relation that two entities shared when a round of relations merged them.

    `sentence` says what they shared, `weight` is in thousandths of log-odds; `left` and `right` are
    the ids of their records.
    """

    sentence: str
    weight: int
    left: tuple[str, ...]
    right: tuple[str, ...]


def load_merging_relations(hub: Hub, record_ids: Sequence[str]) -> tuple[MergingRelation, ...]:
    """Load the relations that helped to merge one entity, in the order of the rounds.

    `record_ids` are the records of the entity that the viewer may see: no others are named. What is
    shared, and who states it, everybody may see.
    """
    if not 1 < len(record_ids) <= MAX_RECORDS:
        return ()
    with hub.store.view() as view:
        numbers = [number for number, _ in view.numbers_of(record_ids[:1]).values()]
    # a commit may have ended the record since the caller looked
    shared = SharedRelations.load(hub, numbers) if numbers else None
    return () if shared is None else tuple(_describe(shared, numbers[0], frozenset(record_ids)))


def _describe(
    shared: SharedRelations, number: int, visible: frozenset[str]
) -> Iterator[MergingRelation]:
    ids = shared.records.batch.ids

    def name(rows: Rows) -> tuple[str, ...]:
        """Return the ids of visible records among some rows."""
        return tuple(text for text in ids.take(pa.array(rows)).to_pylist() if text in visible)

    for compared in shared.explain_entity(number):
        left, right = name(compared.left_records), name(compared.right_records)
        if left and right:
            for row in compared.rows:
                yield MergingRelation(row.help, row.weight, left, right)
