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

_WORDS = {"person": "persons", "group": "groups", "asset": "assets"}


def population_rows(model: Model, raw: int, logodds: int) -> Iterator[EvidenceRow]:
    """Yield the rows that lead from the sum of evidence to the log-odds (both in thousandths).

    First the calibration in the population that models refer to, then what its size, and then what
    the share of true pairs changes.
    """
    basis = model.basis
    if basis is None:
        text = "Converts the sum into a calibrated probability."
        if model.population is not None:
            text = "Converts the sum into a probability, at even odds before anything is compared."
        yield EvidenceRow("calibration", text, "", "", None, logodds - raw)
        return
    reference = model.logodds_in(KindPopulation(), raw)
    in_size = model.logodds_in(
        KindPopulation(basis.records, concentration=basis.concentration), raw
    )
    shifted = model.logodds_in(basis, raw)
    words = _WORDS[model.kind]
    yield EvidenceRow(
        "calibration",
        f"Converts the sum into a probability among {REFERENCE_RECORDS:,} {words}.",
        "",
        "",
        None,
        reference - raw,
    )
    yield EvidenceRow(
        "population",
        f"{basis.records:,} {words}: chance look-alikes grow with their number.",
        "",
        "",
        None,
        in_size - reference,
    )
    yield EvidenceRow("partners", _partners_text(basis, words), "", "", None, shifted - in_size)
    if logodds != shifted:
        yield EvidenceRow(
            "names_only",
            "Only names agree: nobody is merged on that alone.",
            "",
            "",
            None,
            logodds - shifted,
        )


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
