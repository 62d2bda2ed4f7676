"""Explanation of a link between two entities, which is named by their strongest pair of records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from resolver.engines.relation_explanation import ComparedEntities, adjust_rows
from resolver.records.results.explanation import EvidenceRow, Explanation
from resolver.records.results.resolution import Band
from resolver.reference.plurals import pluralize
from resolver.scoring import scores

ENTITIES_ROW = "entities"
"""Name of the row that turns the score of two records into that of their entities."""
_HELP = "Entities compared: the values of all their records together, less what chance adds."


def explain_entities(
    explanation: Explanation,
    logodds: int,
    left_records: int,
    right_records: int,
    relations: Sequence[EvidenceRow] = (),
) -> Explanation:
    """Return the explanation of two entities, from that of the records that name their link.

    `logodds` (thousandths) are those of the entities, which have `left_records` and `right_records`
    records. `relations` are the rows of what both are related to. Rows still sum to the log-odds
    exactly. A pair in another band than review has its own link and score, as have entities of one
    record each without relations: its explanation is returned as it is.
    """
    are_single = left_records * right_records == 1
    is_same = are_single and not (relations and logodds != explanation.logodds)
    if explanation.band is not Band.REVIEW or is_same:
        return explanation
    return _add_entity_rows(explanation, logodds, (left_records, right_records), relations)


def explain_merged_entities(explanation: Explanation, compared: ComparedEntities) -> Explanation:
    """Return the explanation of two entities that a round of relations merged, as it compared them.

    `explanation` is that of a record of either. Rows still sum to the log-odds exactly, which are
    those that the round knew. Where relations added nothing it is returned as it is.
    """
    if compared.logodds is None or not compared.rows:
        return explanation
    sizes = len(compared.left_records), len(compared.right_records)
    explained = _add_entity_rows(explanation, compared.logodds, sizes, compared.rows)
    return replace(explained, band=Band.MATCH)


def _add_entity_rows(
    explanation: Explanation,
    logodds: int,
    sizes: tuple[int, int],
    relations: Sequence[EvidenceRow],
) -> Explanation:
    """Return an explanation with the rows that turn it into that of entities of some sizes."""
    difference = logodds - explanation.logodds
    rows = tuple(relations)
    if sizes == (1, 1):
        # no more than the relations lies between the records and their entities
        rows = adjust_rows(relations, difference)
    else:
        left, right = (pluralize(size, "record") for size in sizes)
        rest = difference - sum(row.weight for row in relations)
        rows = (EvidenceRow(ENTITIES_ROW, _HELP, left, right, None, rest), *rows)
    return replace(
        explanation,
        score=float(scores(np.array([logodds]))[0]),
        logodds=logodds,
        rows=(*explanation.rows, *rows),
        changes=(),
    )
