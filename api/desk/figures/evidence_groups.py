"""Evidence by subject: all rows on names, on birth dates and so on, as one row with its parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from resolver.records.labels import display_text
from resolver.records.properties import ACTIVITY
from resolver.records.results.evidence_summary import PHRASES, EvidenceOutcome, outcome_of
from resolver.records.results.explanation import RELATION_ROW, EvidenceRow
from resolver.review import country_name

SMALL_WEIGHT = 100
"""Thousandths of log-odds below which evidence is summarized instead of drawn."""
_START = "prior"
_STARTING_ROWS = frozenset(
    (_START, "calibration", "population", "partners", "sources", "asked", "names_only")
)
"""Rows that say how often any two records are one."""
_LAST_ROWS = ("relatives", "competition", "entities", _START)
"""Subjects that are not about the values of the two records."""
_SEPARATOR = " | "
"""Text between the values of one side of a row."""
_NAME, _COUNTRIES = "name", ("nationality", "country")
_PROPERTIES = {"birth_date": "birthDate", "start_date": "incorporationDate", "activity": ACTIVITY}
"""Property as which values of a subject are shown."""
_ACRONYM = "acronym"
"""Subject whose row carries the names that match best, not the acronym that was found."""


@dataclass(frozen=True, slots=True)
class EvidenceGroup:
    """Rows on one subject: `row` has their weight and the values compared, `parts` are all."""

    row: EvidenceRow
    parts: tuple[EvidenceRow, ...]

    @property
    def is_compared(self) -> bool:
        """Whether a row weighs anything, or compares values that weigh nothing."""
        return any(part.weight or part.similarity is not None for part in self.parts)

    @property
    def is_small(self) -> bool:
        """Whether it is summarized with others."""
        return abs(self.row.weight) < SMALL_WEIGHT and self.row.name != _NAME


def group_evidence(evidence: Iterable[EvidenceRow]) -> list[EvidenceGroup]:
    """Unite the rows of a sum by subject, in the order in which a decision weighs them.

    What speaks against a match is first and then what speaks for it, the heaviest first each; what
    is not about the two records is last. The weights add up as those of the rows do.
    """
    rows: dict[tuple[str, str], list[EvidenceRow]] = {}
    for row in evidence:
        # each relation is a subject of its own
        relation = row.detail if row.name == RELATION_ROW else ""
        rows.setdefault((_subject(row.name), relation), []).append(row)
    groups = [_unite(subject, parts) for (subject, _), parts in rows.items()]
    return sorted(groups, key=_decision_rank)


def _subject(name: str) -> str:
    """Return the subject of a row; two comparators together are about the one besides names."""
    if name in _STARTING_ROWS:
        return _START
    parts = name.replace(" ", "_").split("_×_")
    return next((part for part in parts if not part.startswith(_NAME)), _NAME)


def _unite(subject: str, parts: Sequence[EvidenceRow]) -> EvidenceGroup:
    main = next((row for row in parts if row.name.replace(" ", "_") == subject), parts[0])
    weight = sum(row.weight for row in parts)
    detail = _name_words(parts) if subject == _NAME else main.detail
    ordered = sorted(parts, key=lambda row: -abs(row.weight))
    row = main._replace(name=subject, weight=weight, detail=detail)
    if subject in _COUNTRIES or subject in _PROPERTIES:
        left, right = (_show_values(subject, side) for side in (row.left, row.right))
        row = row._replace(left=left, right=right)
    if subject == _ACRONYM or (subject == RELATION_ROW and row.left == row.right):
        row = row._replace(left="", right="")
    return EvidenceGroup(row, tuple(part for part in ordered if part.weight))


def _show_values(subject: str, values: str) -> str:
    """Return the values of one side as a list: `1961~ | 1962` → `about 1961, 1962`."""
    return ", ".join(_show_value(subject, value) for value in values.split(_SEPARATOR) if value)


def _show_value(subject: str, value: str) -> str:
    if subject in _COUNTRIES:
        return country_name(value) or value
    return display_text(_PROPERTIES[subject], value)


def _name_words(parts: Iterable[EvidenceRow]) -> str:
    """Return in words what, besides their likeness, speaks against two names."""
    words = [
        PHRASES[part.name].differ
        for part in sorted(parts, key=lambda row: row.weight)
        if part.name != _NAME
        and part.weight <= -SMALL_WEIGHT
        and outcome_of(part) is EvidenceOutcome.DIFFERS
    ]
    return ", ".join(filter(None, words))


def _decision_rank(group: EvidenceGroup) -> tuple[int, int]:
    row = group.row
    if row.name in _LAST_ROWS:
        return 2, _LAST_ROWS.index(row.name)
    return (0, row.weight) if row.weight < 0 else (1, -row.weight)
