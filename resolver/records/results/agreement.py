"""Patterns of agreement: which topics of a pair agree, agree in part, differ or are missing."""

from __future__ import annotations

from collections.abc import Mapping

from resolver.records.kinds import Kind
from resolver.records.results.evidence_summary import EvidenceOutcome

PATTERN_TOPICS: Mapping[str, tuple[str, ...]] = {
    "names": ("name",),
    "dates": ("birth_date", "start_date"),
    "places": ("birth_place", "address"),
    "countries": ("nationality", "country"),
    "gender": ("gender",),
    "document numbers": ("identifier",),
    "contacts": ("phone", "email", "website"),
    "words in names": (
        *("numbers", "places_named", "branch", "faction", "qualifier", "legal_form"),
        "acronym",
    ),
    "other facts": ("activity", "relation", "position", "father_name"),
    "one list": ("same_list",),
}
"""Comparators of each topic, whose outcomes are told together. Others refine the comparison of
names."""
KIND_SHIFT = 2 * len(PATTERN_TOPICS)
"""Bit of a pattern at which the kind of its pairs begins; below are two bits per topic."""
UNSUPPORTED_BIT = KIND_SHIFT + 3
"""Bit of a pattern that marks pairs which nothing but names supports."""
WITHIN_BIT = UNSUPPORTED_BIT + 1
"""Bit of a pattern that marks pairs within one source."""
_OUTCOMES = (EvidenceOutcome.DIFFERS, EvidenceOutcome.NEAR, EvidenceOutcome.AGREES)


def pattern_kind(pattern: int) -> Kind:
    """Return the kind of the model that scored the pairs of a pattern."""
    return Kind(pattern >> KIND_SHIFT & 7)


def pattern_outcomes(pattern: int) -> tuple[tuple[str, EvidenceOutcome], ...]:
    """Return the topics that had something to compare, and how far the values agreed.

    A topic agrees or differs if all of its comparators do, and else agrees in part (`NEAR`).
    """
    grades = [pattern >> 2 * place & 3 for place in range(len(PATTERN_TOPICS))]
    return tuple(
        (topic, _OUTCOMES[grade - 1])
        for topic, grade in zip(PATTERN_TOPICS, grades, strict=True)
        if grade
    )
