"""Explanation of two records by what was decided on them, or on their entities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from resolver.engines.relation_explanation import ComparedEntities, adjust_rows
from resolver.records.results.explanation import COMPETITION, EvidenceRow, Explanation
from resolver.records.results.resolution import Band, Basis, Outcome
from resolver.reference.plurals import pluralize
from resolver.scoring import scores

ENTITIES_ROW = "entities"
"""Name of the row that turns the score of two records into the one that was decided on."""
_PROFILES = (
    "Entities compared: the values of all their records together, less what chance adds.",
    "all values of the two entities that became one",
)
_RECORDS = (
    "Groups of records compared: the mean over all pairs of a record of either group.",
    "mean over the pairs of the two groups that became one",
)
_NOTES = {
    Basis.OTHERS: (
        "the two would match by themselves; other records of theirs, their kinds, or a list that "
        "holds nobody twice keep them apart"
    ),
    Basis.AMBIGUOUS: (
        "one of the two also matches {rival}, which contradicts the other: it joins neither"
    ),
}


class DecidedLinks(Protocol):
    """Links of a run or of a store, as columns: see `Links`."""

    @property
    def logodds(self) -> npt.NDArray[np.integer]:
        """Log-odds that were decided on, in thousandths."""
        ...

    @property
    def outcome(self) -> npt.NDArray[np.integer]:
        """`Outcome` of each link."""
        ...

    @property
    def basis(self) -> npt.NDArray[np.integer]:
        """`Basis` of each link."""
        ...


@dataclass(frozen=True, slots=True)
class DecidedPair:
    """Decision on two records: its log-odds (thousandths), what it rests on, and the outcome.

    `relations` are the rows of what both entities are related to. `left_records` and
    `right_records` count the records of the two entities that were compared (0: not known).
    `rival`: id of a record of the entity that one of the two matches as well, or empty.
    """

    logodds: int
    basis: Basis
    outcome: Outcome
    relations: Sequence[EvidenceRow] = ()
    left_records: int = 0
    right_records: int = 0
    rival: str = ""

    @classmethod
    def of_link(
        cls,
        links: DecidedLinks,
        place: int,
        sizes: tuple[int, int],
        compared: ComparedEntities | None,
        rival: str,
    ) -> DecidedPair:
        """Return what a link says of its two entities, with what these are both related to.

        `sizes` count the records of the two entities, which matter where these are still two.
        """
        outcome = Outcome(int(links.outcome[place]))
        left, right = (0, 0) if outcome is Outcome.MERGED else sizes
        basis, logodds = Basis(int(links.basis[place])), int(links.logodds[place])
        decided = cls(logodds, basis, outcome, (), left, right, rival)
        return add_shared_relations(decided, compared)


def add_shared_relations(decided: DecidedPair, compared: ComparedEntities | None) -> DecidedPair:
    """Return a decision with the rows of what the two entities are related to, as far as these
    were weighed: two that wait as they are, and two that relations merged as the round had them.
    """
    is_merged = decided.outcome is Outcome.MERGED
    if compared is None or not compared.rows or compared.are_merged != is_merged:
        return decided
    if is_merged and decided.basis is not Basis.RELATIONS:
        return decided
    sizes = decided.left_records, decided.right_records
    if is_merged:
        sizes = len(compared.left_records), len(compared.right_records)
    return replace(decided, relations=compared.rows, left_records=sizes[0], right_records=sizes[1])


def explain_decided(explanation: Explanation, decided: DecidedPair) -> Explanation:
    """Return the explanation of two records with the score that was decided on.

    Rows still sum to the log-odds exactly: rows are added for relations, and for what the other
    records of the two entities add.
    """
    difference = decided.logodds - explanation.logodds
    relations = tuple(decided.relations)
    if relations and (decided.left_records, decided.right_records) == (1, 1):
        # no more than the relations lies between the records and their entities
        relations = adjust_rows(relations, difference)
    rest = difference - sum(row.weight for row in relations)
    rows = (*_describe_rest(decided, rest), *relations)
    note = _NOTES.get(decided.basis)
    return replace(
        explanation,
        score=float(scores(np.array([decided.logodds]))[0]),
        band=Band.MATCH if decided.outcome is Outcome.MERGED else Band.REVIEW,
        logodds=decided.logodds,
        rows=(*explanation.rows, *rows),
        notes=(*explanation.notes, *((note.format(rival=decided.rival),) if note else ())),
        # they hold for the two records alone
        changes=() if rows else explanation.changes,
        record_score=explanation.score,
        basis=decided.basis.label,
    )


def _describe_rest(decided: DecidedPair, rest: int) -> tuple[EvidenceRow, ...]:
    """Return the row of what other records of the two entities add, if they add anything."""
    sizes = decided.left_records, decided.right_records
    if not rest and (max(sizes) < 2 or decided.outcome is Outcome.MERGED):
        return ()
    if sizes == (1, 1):
        # the two entities are the two records, so only other candidates of a link take something
        return (EvidenceRow(COMPETITION, "Other candidates also fit.", "", "", None, rest),)
    left, right = (pluralize(size, "record") if size else "" for size in sizes)
    text, short = _RECORDS if decided.basis is Basis.RECORDS else _PROFILES
    detail = short if decided.outcome is Outcome.MERGED else ""
    return (EvidenceRow(ENTITIES_ROW, text, left, right, None, rest, detail),)
