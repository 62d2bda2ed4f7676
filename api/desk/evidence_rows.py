"""Evidence by subject: all rows on one subject, such as names or birth dates, become one row with
its parts.

Labels of evidence for stewards: "Phone numbers differ", "Rarity of the names".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from resolver.records.labels import display_text
from resolver.records.properties import ACTIVITY, BIRTH_DATE, RELATION, STARTS, WORDINGS, Group
from resolver.records.results import explanation
from resolver.review import country_name

SMALL_WEIGHT = 100
"""Thousandths of log-odds below which evidence is summarized instead of drawn."""
_START = "prior"
_LAST_ROWS = ("relatives", "competition", "entities", _START)
"""Subjects that are not about the values of the two records."""
_SEPARATOR = " | "
"""Text between the values of one side of a row."""
_NAME = "name"
_COUNTRIES = (Group.NATIONALITIES.comparator, Group.COUNTRIES.comparator)
_PROPERTIES = {"birth_date": BIRTH_DATE, "start_date": STARTS[0], "activity": ACTIVITY}
"""Property as which values of a subject are shown."""
_ACRONYM = "acronym"
"""Subject whose row carries the names that match best, not the acronym that was found."""


@dataclass(frozen=True, slots=True)
class EvidenceGroup:
    """Rows on one subject: `row` has their total weight and the compared values, and `parts` has
    all rows.
    """

    row: explanation.EvidenceRow
    parts: tuple[explanation.EvidenceRow, ...]

    @property
    def is_compared(self) -> bool:
        """Whether a row has a weight, or compares values although its weight is 0."""
        return any(part.weight or part.similarity is not None for part in self.parts)

    @property
    def is_small(self) -> bool:
        """Whether the row is summarized together with other rows."""
        return abs(self.row.weight) < SMALL_WEIGHT and self.row.name != _NAME


def group_evidence(evidence: Iterable[explanation.EvidenceRow]) -> list[EvidenceGroup]:
    """Unite the rows of a sum by subject, in the order in which a decision weighs them.

    First come the groups that speak against a match, then the groups that speak for it, the
    heaviest first. Groups that are not about the two records come last. The weights of the groups
    have the same sum as the weights of the rows.
    """
    rows: dict[tuple[str, str], list[explanation.EvidenceRow]] = {}
    for row in evidence:
        # each relation is a separate group
        relation = row.detail if row.name == explanation.RELATION_ROW else ""
        rows.setdefault((_subject(row.name), relation), []).append(row)
    groups = [_unite(subject, parts) for (subject, _), parts in rows.items()]
    return sorted(groups, key=_decision_rank)


def _subject(name: str) -> str:
    """Return the subject of a row. For two comparators together, it is the subject of the one that
    does not compare names.
    """
    if name in explanation.STARTING_ROWS:
        return _START
    parts = name.replace(" ", "_").split("_×_")
    return next((part for part in parts if not part.startswith(_NAME)), _NAME)


def _unite(subject: str, parts: Sequence[explanation.EvidenceRow]) -> EvidenceGroup:
    main = next((row for row in parts if row.name.replace(" ", "_") == subject), parts[0])
    weight = sum(row.weight for row in parts)
    detail = _name_words(parts) if subject == _NAME else main.detail
    ordered = sorted(parts, key=lambda row: -abs(row.weight))
    row = main._replace(name=subject, weight=weight, detail=detail)
    if subject in _COUNTRIES or subject in _PROPERTIES:
        left, right = (_show_values(subject, side) for side in (row.left, row.right))
        row = row._replace(left=left, right=right)
    if subject == _ACRONYM or (subject == explanation.RELATION_ROW and row.left == row.right):
        row = row._replace(left="", right="")
    return EvidenceGroup(row, tuple(part for part in ordered if part.weight))


def _show_values(subject: str, values: str) -> str:
    """Return the values of one side as a list: `1961~ | 1962` → `about 1961, 1962`."""
    return ", ".join(_show_value(subject, value) for value in values.split(_SEPARATOR) if value)


def _show_value(subject: str, value: str) -> str:
    if subject in _COUNTRIES:
        return country_name(value) or value
    return display_text(_PROPERTIES[subject], value)


def _name_words(parts: Iterable[explanation.EvidenceRow]) -> str:
    """Return in words what speaks against two names, besides their similarity."""
    words = [
        explanation.PHRASES[part.name].differ
        for part in sorted(parts, key=lambda row: row.weight)
        if part.name != _NAME
        and part.weight <= -SMALL_WEIGHT
        and explanation.outcome_of(part) is explanation.EvidenceOutcome.DIFFERS
    ]
    return ", ".join(filter(None, words))


def _decision_rank(group: EvidenceGroup) -> tuple[int, int]:
    row = group.row
    if row.name in _LAST_ROWS:
        return 2, _LAST_ROWS.index(row.name)
    return (0, row.weight) if row.weight < 0 else (1, -row.weight)


_COMPARED = {
    "name": "Names",
    "identifier": "Document numbers",
    "legal_form": "Legal forms",
    **{
        name: words.many[:1].upper() + words.many[1:]
        for name, words in WORDINGS.items()
        if name != RELATION
    },
}
"""Evidence that compares values of both sides, which agree, are similar or differ."""
_OUTCOMES = {
    explanation.EvidenceOutcome.AGREES: "agree",
    explanation.EvidenceOutcome.NEAR: "agree in part",
    explanation.EvidenceOutcome.DIFFERS: "differ",
}
_USUAL = {
    explanation.EvidenceOutcome.AGREES: "as those of many different persons or groups do",
    explanation.EvidenceOutcome.NEAR: "as those of many different persons or groups do",
    explanation.EvidenceOutcome.DIFFERS: "as those of one person or group often do",
}
"""Addition to the label of values that agree and count against a match, or differ and count for a
match: such values are too usual to say more.
"""
_DESCRIBED = {
    "prior": "Chance of a match before comparing",
    "calibration": "Calibration of the score",
    "population": "Number of records compared",
    "partners": "Share of records with a match",
    "sources": "Matches within one list, or across lists",
    "asked": "What a name alone says in a check",
    "names_only": "Only names agree",
    "held": "A contradiction that a person decides on",
    "date_errors": "Errors in birth dates are common",
    "relatives": "A relative or an affiliate could also have these values",
    "competition": "Other candidates that also fit",
    "entities": "Entities compared",
    "relations": "What both are related to",
    "name_rarity": "Rarity of the matching names",
    "name_contradicted": "Name parts that contradict each other",
    "name_omitted": "Name parts left out on one side",
    "name_weakest": "Weakest matching name part",
    "name_primary": "Main names",
    "name_share": "Share of names in common",
    "name_exact": "Names letter by letter",
    "name_parts": "Number of matching name parts",
    "name_quality": "Main names or aliases",
    "name_order": "Order of given and family name",
    "name_established": "Similar words that are different names",
    "name_initials": "Initials",
    "name_sides": "Kind of contradicting name part",
    "name_apart": "Words that set branches apart",
    "names_alone": "Only names are known",
    "numbers": "Numbers in the names",
    "places_named": "Places in the names",
    "faction": "Parts of a group in the names",
    "qualifier": "Words such as People's or State",
    "branch": "Places in the main names",
    "acronym": "Acronym of the other name",
    "relation": "Related persons and groups",
    "listed": "Typical watchlist entry",
    "same_list": "Separate entries of one list",
}
_ABSENT = {
    "name_contradicted": "No name parts contradict each other",
    "name_omitted": "No name parts are left out",
    "name_order": "Given and family names are in their places",
    "name_established": "No similar words that are different names",
    "name_initials": "No initials without a name",
    "name_apart": "No words that set branches apart",
}
"""Labels of evidence that something is not there, by which the names agree best."""
_NONE = 0.995


def evidence_title(name: str) -> str:
    """Return the label of evidence; for an interaction (`a × b`), the label of two comparators
    together.
    """
    titles = [_title(part.replace(" ", "_")) for part in name.split(" × ")]
    if len(titles) == 1:
        return titles[0]
    rest = (title[:1].lower() + title[1:] for title in titles[1:])
    return f"{' and '.join((titles[0], *rest))}, together"


def evidence_label(row: explanation.EvidenceRow) -> str:
    """Return the label of a row, with its outcome if values of both sides are compared."""
    name = row.name.replace(" ", "_")
    if name in _ABSENT and row.similarity is not None and row.similarity >= _NONE:
        return _ABSENT[name]
    subject = _COMPARED.get(name)
    outcome = explanation.outcome_of(row._replace(name=name))
    if subject is None or outcome is None:
        return evidence_title(row.name)
    usual = f", {_USUAL[outcome]}" if is_usual(row) else ""
    return f"{subject} {_OUTCOMES[outcome]}{usual}"


def is_usual(row: explanation.EvidenceRow) -> bool:
    """Return whether values agree but count against a match, or differ but count for it: this
    happens so often that it says nothing else.
    """
    name = row.name.replace(" ", "_")
    outcome = explanation.outcome_of(row._replace(name=name)) if name in _COMPARED else None
    if outcome is None or not row.weight:
        return False
    return (outcome is explanation.EvidenceOutcome.DIFFERS) is (row.weight > 0)


def _title(name: str) -> str:
    words = name.replace("_", " ")
    return _COMPARED.get(name) or _DESCRIBED.get(name) or words[:1].upper() + words[1:]
