"""Rows of an explanation that turn the sum of evidence into a probability in a population."""

from __future__ import annotations

from collections.abc import Iterator

from resolver.records.prepared.population import (
    CALLERS,
    REFERENCE_PARTNERS,
    REFERENCE_RECORDS,
    KindPopulation,
)
from resolver.records.results.explanation import EvidenceRow
from resolver.scoring import Model
from resolver.scoring.source_shifts import PairSources
from resolver.scoring.terms import LOGODDS_LIMIT

_WORDS = {"person": "persons", "group": "groups", "asset": "assets"}


_WITHIN_TEXT = "How often two entries of this list are one entity, against pairs of any lists."
_ACROSS_TEXT = "How often entries of these two lists are one entity, against pairs of any lists."
_RELATIVES = {
    "person": "Kin, twins and copied values: how much of this they would share too.",
    "group": "Branches, sister companies and factions: how much of this they would share too.",
    "asset": "Sister ships and copied values: how much of this they would share too.",
}


def population_rows(
    model: Model, sums: tuple[int, int], logodds: int, sources: PairSources | None = None
) -> Iterator[EvidenceRow]:
    """Yield the rows that lead from the sum of evidence to the log-odds (both in thousandths).

    `sums`: against chance, which the rows before add up to, and against relatives. First the
    calibration in the population that models refer to, then what its size, what relatives, and
    what the share of true pairs changes, of all and of those of the `sources` of the pair (None:
    not known); last what names say in a check, or the limit for names alone.
    """
    raw, basis = sums[0], model.basis
    if basis is None:
        text = "Converts the sum into a calibrated probability."
        if model.population is not None:
            text = "Converts the sum into a probability, at even odds before anything is compared."
        yield _row("calibration", text, logodds - raw)
        return
    reference, _ = model.logodds_in(KindPopulation(), sums)
    own_size = KindPopulation(basis.records, concentration=basis.concentration)
    by_chance, in_size = model.logodds_in(own_size, sums)
    _, shifted = model.logodds_in(basis, sums)
    words = _WORDS[model.kind]
    text = f"Converts the sum into a probability among {REFERENCE_RECORDS:,} {words}."
    yield _row("calibration", text, reference - raw)
    text = f"{basis.records:,} {words}: chance look-alikes grow with their number."
    yield _row("population", text, by_chance - reference)
    yield _row("relatives", _RELATIVES[model.kind], in_size - by_chance)
    yield _row("partners", _partners_text(basis, words), shifted - in_size)
    own_share = int(model.source_shifts(sources)[0])
    if sources is not None and own_share:
        limited = min(max(shifted + own_share, -LOGODDS_LIMIT), LOGODDS_LIMIT)
        text = _WITHIN_TEXT if sources.is_within[0] else _ACROSS_TEXT
        yield _row("sources", text, limited - shifted)
        shifted = limited
    if model.is_check:
        text = "A check weighs names differently, as most people who are checked are not listed."
        yield _row("asked", text, logodds - shifted)
    elif logodds != shifted:
        text = "Only names agree: nobody is merged on that alone."
        yield _row("names_only", text, logodds - shifted)


def _row(comparator: str, text: str, weight: int) -> EvidenceRow:
    return EvidenceRow(comparator, text, "", "", None, weight)


def _partners_text(basis: KindPopulation, words: str) -> str:
    """Return the text on the share of true pairs, which in a check is that of listed callers."""
    if not basis.listed:
        return (
            f"{basis.partners / 1000:g} true pairs for each of the {words}, where "
            f"{REFERENCE_PARTNERS / 1000:g} are usual."
        )
    callers = CALLERS / basis.listed
    if basis.listed < CALLERS and abs(callers - round(callers)) < 0.01 * callers:
        return f"1 in {round(callers):,} callers is listed."
    return f"{100 * basis.true_share:.3g} % of callers are listed."
