"""Relations that speak for two entities, in words: what an explanation shows of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from resolver.records import Batch, RelationType
from resolver.records.batch import IntArray
from resolver.records.packing import split_fields
from resolver.records.relations.relation_types import RELATION_TYPES
from resolver.records.results.explanation import EvidenceRow
from resolver.scoring.relations.relation_evidence import RelationEvidence, SharedNode
from resolver.scoring.relations.relation_table import RelationTable, name_key
from resolver.scoring.relations.relation_weights import RelationWeights
from resolver.scoring.relations.stated_ties import StatedTie

RELATION_ROW = "relations"
"""Name of the rows that say what two entities are both related to."""


def explain_shared_relations(
    batch: Batch,
    table: RelationTable | None,
    weights: RelationWeights,
    labels: IntArray,
    pair: Sequence[int],
) -> list[EvidenceRow]:
    """Return a row for each relation that two entities share and that counts, heaviest first.

    `labels` name the entity of each row of the batch by its smallest row, as the `pair` does, left
    and right; `table` has the relations of the batch. The weights sum to the evidence of the pair.
    """
    if table is None:
        return []
    evidence = RelationEvidence(table, weights, labels, batch.kinds)
    pair, is_swapped = sorted(pair), pair[0] > pair[1]
    left, right = (np.array([label], dtype=np.int32) for label in pair)
    rows: list[EvidenceRow] = []
    for _, nodes in evidence.find_shared(labels, left, right):
        for count in range(1, len(nodes) + 1):
            before = evidence.sum_nodes(nodes[: count - 1], pair[0], pair[1]) if count > 1 else 0
            weight = evidence.sum_nodes(nodes[:count], pair[0], pair[1]) - before
            if weight:
                node = nodes[count - 1]
                rows.append(_explain_node(_node_name(batch, table, node), weight, node))
    if is_swapped:
        return [row._replace(left=row.right, right=row.left) for row in rows]
    return rows


def adjust_rows(rows: Sequence[EvidenceRow], total: int) -> tuple[EvidenceRow, ...]:
    """Return rows of relations whose weights sum to a total (thousandths): the first takes what is
    left.
    """
    rest = total - sum(row.weight for row in rows[1:])
    return (rows[0]._replace(weight=rest), *rows[1:])


def _explain_node(name: str, weight: int, node: SharedNode) -> EvidenceRow:
    left, right = (_tie_text(tie) for tie in (node.left, node.right))
    return EvidenceRow(RELATION_ROW, f"{_shared_text(name, node)}.", left, right, None, weight)


def _shared_text(name: str, node: SharedNode) -> str:
    """Return what two entities share: `Both driver in Blue Harbour Crew since 2014`."""
    left, right = node.left, node.right
    words = tie_words(left)
    if left.type != right.type:
        words = f"{words} and {tie_words(right)}"
    has_role = bool(left.role_class) and left.role_class == right.role_class
    if has_role and words.endswith("member of"):
        words = f"{left.role} in"
    years = sorted({left.year, right.year} - {0})
    since = f" since {' and '.join(map(str, years))}" if left.year and right.year else ""
    return f"Both {words} {name}{since}"


def tie_words(tie: StatedTie) -> str:
    """Return the words of a relation from the record's end: `member of`, `led by`."""
    meaning = RELATION_TYPES[RelationType(tie.type)]
    return meaning.words if tie.outward else meaning.reverse


def _tie_text(tie: StatedTie) -> str:
    parts = [tie_words(tie), tie.role, f"since {tie.year}" if tie.year else ""]
    return ", ".join(part for part in parts if part)


def _node_name(batch: Batch, table: RelationTable, node: SharedNode) -> str:
    """Return the name of a node: that of the record, or the name as some list writes it."""
    if node.node < table.count:
        return next(iter(batch.take(np.array([node.node])).to_records())).caption
    key = table.names[node.node - table.count]
    edges = table.code[(table.node == node.node) & ~table.is_derived]
    texts = sorted(split_fields(table.texts[int(code)].as_py(), 3)[2] for code in edges)
    return next((text for text in texts if name_key(text) == key), key)
