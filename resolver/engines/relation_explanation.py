"""Relations that speak for two entities, in words: what an explanation shows of them.

Two entities that wait are explained as they are, and two that rounds of relations merged as they
were before the round that did. In either case neighbors are frozen as the rounds had them, so no
row rests on a merge that it made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.records import Batch, RelationType
from resolver.records.batch import IntArray
from resolver.records.packing import split_fields
from resolver.records.relations.relation_types import RELATION_TYPES
from resolver.records.results.explanation import RELATION_ROW, EvidenceRow
from resolver.records.results.resolution import RelationRounds, Resolution
from resolver.records.visibility import STRANGER, visible_rows
from resolver.scoring.relations.relation_evidence import RelationEvidence, SharedNode
from resolver.scoring.relations.relation_table import RelationTable, name_key
from resolver.scoring.relations.relation_weights import RelationWeights
from resolver.scoring.relations.stated_ties import StatedTie

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ComparedEntities:
    """Two entities as a round of relations compared them, or as they are where none merged them.

    `rows` are those of what both are related to, heaviest first. `left_records` and `right_records`
    are the rows of their records. `logodds` (thousandths) are those of profiles and relations that
    the round knew; None where the two are still apart, or no compared pair connected them.
    """

    left_records: Rows
    right_records: Rows
    rows: Sequence[EvidenceRow]
    are_merged: bool
    logodds: int | None = None


EntityComparer = Callable[[int, int], ComparedEntities | None]
"""Function that returns the entities of two records as they were when last apart."""


@dataclass(frozen=True, slots=True)
class RelationExplainer:
    """Explainer of what relations added to the scores of entities.

    `evidence`: None where no relation counts.
    """

    batch: Batch
    evidence: RelationEvidence | None
    rounds: RelationRounds

    @classmethod
    def build(
        cls, resolution: Resolution, weights: RelationWeights, table: RelationTable | None
    ) -> RelationExplainer:
        """Build from a resolution; `table` has the relations of its batch."""
        batch = resolution.batch
        rounds = resolution.rounds or RelationRounds((resolution.labels,))
        evidence = None
        if table is not None:
            evidence = RelationEvidence(table, weights, rounds.frozen, batch.kinds)
        return cls(batch, evidence, rounds)

    def explain_pair(self, left: int, right: int) -> ComparedEntities | None:
        """Return the entities of two rows as they were when last apart.

        None where profiles, or decisions, had already made them one.
        """
        place = self.rounds.find_last_apart(left, right)
        if place is None:
            return None
        labels = self.rounds.labels[place]
        return self._compare(place, int(labels[left]), int(labels[right]))

    def explain_entity(self, row: int) -> Iterator[ComparedEntities]:
        """Yield the entities that rounds merged into that of a row, and that share a relation."""
        final = self.rounds.labels[-1]
        for place, merged in enumerate(self.rounds.merged):
            for at in np.flatnonzero(final[merged.left] == final[row]).tolist():
                compared = self._compare(place, int(merged.left[at]), int(merged.right[at]))
                if compared.rows:
                    yield compared

    def _compare(self, place: int, left: int, right: int) -> ComparedEntities:
        """Return two entities by their labels in a state of the rounds."""
        labels, are_merged = self.rounds.labels[place], place < len(self.rounds.merged)
        rows: Sequence[EvidenceRow] = ()
        if self.evidence is not None:
            rows = explain_shared_relations(self.batch, self.evidence, labels, (left, right))
        logodds = None
        if are_merged:
            merged = self.rounds.merged[place]
            is_pair = (merged.left == min(left, right)) & (merged.right == max(left, right))
            logodds = next(iter(merged.logodds[is_pair].tolist()), None)
        left_records, right_records = (np.flatnonzero(labels == label) for label in (left, right))
        return ComparedEntities(left_records, right_records, rows, are_merged, logodds)


def explain_shared_relations(
    batch: Batch, evidence: RelationEvidence, labels: IntArray, pair: Sequence[int]
) -> list[EvidenceRow]:
    """Return a row for each relation that two entities share and that counts, heaviest first.

    `labels` name the entity of each row of the batch by its smallest row, as the `pair` does, left
    and right; `evidence` is that of the batch. The weights sum to the evidence of the pair.
    """
    pair, is_swapped = sorted(pair), pair[0] > pair[1]
    left, right = (np.array([label], dtype=np.int32) for label in pair)
    rows: list[EvidenceRow] = []
    for _, nodes in evidence.find_shared(labels, left, right):
        for count in range(1, len(nodes) + 1):
            before = evidence.sum_nodes(nodes[: count - 1], pair[0], pair[1]) if count > 1 else 0
            weight = evidence.sum_nodes(nodes[:count], pair[0], pair[1]) - before
            if weight:
                node = nodes[count - 1]
                rows.append(_explain_node(_node_name(batch, evidence, node), weight, node))
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
    text = _shared_text(name, node)
    return EvidenceRow(RELATION_ROW, f"{text}.", left, right, None, weight, text)


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
    return f"Both {words.replace('has as', 'have as')} {name}{since}"


def tie_words(tie: StatedTie) -> str:
    """Return the words of a relation from the record's end: `member of`, `led by`."""
    meaning = RELATION_TYPES[RelationType(tie.type)]
    return meaning.words if tie.outward else meaning.reverse


def _tie_text(tie: StatedTie) -> str:
    parts = [tie_words(tie), tie.role, f"since {tie.year}" if tie.year else ""]
    return ", ".join(part for part in parts if part)


def _node_name(batch: Batch, evidence: RelationEvidence, node: SharedNode) -> str:
    """Return the name of a node as everybody may see it: that of a record of the entity, or the
    name as some list writes it.
    """
    table = evidence.table
    if node.node < table.count:
        records = batch.take(np.flatnonzero(evidence.frozen == node.node))
        visible = visible_rows(records, STRANGER)
        first = 0 if visible is None else int(np.argmax(visible))
        return next(iter(records.take(np.array([first])).to_records())).caption
    key = table.names[node.node - table.count]
    edges = table.code[(table.node == node.node) & ~table.is_derived]
    texts = sorted(split_fields(table.texts[int(code)].as_py(), 3)[2] for code in edges)
    return next((text for text in texts if name_key(text) == key), key)
