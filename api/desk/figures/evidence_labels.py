"""Labels of evidence for stewards: "Phone numbers differ", "Rarity of the names"."""

from __future__ import annotations

from resolver.records.results.evidence_summary import EvidenceOutcome, outcome_of
from resolver.records.results.explanation import EvidenceRow

_COMPARED = {
    "name": "Names",
    "birth_date": "Birth dates",
    "start_date": "Founding dates",
    "birth_place": "Birth places",
    "address": "Addresses",
    "nationality": "Nationalities",
    "country": "Countries",
    "gender": "Genders",
    "identifier": "Document numbers",
    "phone": "Phone numbers",
    "email": "E-mail addresses",
    "website": "Websites",
    "position": "Positions",
    "father_name": "Father’s names",
    "legal_form": "Legal forms",
    "activity": "Kinds of crime",
}
"""Evidence that compares values of both sides, which agree, are similar or differ."""
_OUTCOMES = {
    EvidenceOutcome.AGREES: "agree",
    EvidenceOutcome.NEAR: "agree in part",
    EvidenceOutcome.DIFFERS: "differ",
}
_USUAL = {
    EvidenceOutcome.AGREES: "as those of many different persons or groups do",
    EvidenceOutcome.NEAR: "as those of many different persons or groups do",
    EvidenceOutcome.DIFFERS: "as those of one person or group often do",
}
"""Addition to the label of values that agree and count against a match, or differ and count for it:
both are too usual to say anything else."""
_DESCRIBED = {
    "prior": "Chance of a match before comparing",
    "calibration": "Calibration of the score",
    "population": "Number of records compared",
    "partners": "Share of records with a match",
    "sources": "Matches within one list, or across lists",
    "asked": "What a name alone says in a check",
    "names_only": "Only names agree",
    "relatives": "Relatives or affiliates may share this",
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
    """Return the label of evidence, of two comparators together for an interaction (`a × b`)."""
    titles = [_title(part.replace(" ", "_")) for part in name.split(" × ")]
    if len(titles) == 1:
        return titles[0]
    rest = (title[:1].lower() + title[1:] for title in titles[1:])
    return f"{' and '.join((titles[0], *rest))}, together"


def evidence_label(row: EvidenceRow) -> str:
    """Return the label of a row, with its outcome where values of both sides are compared."""
    name = row.name.replace(" ", "_")
    if name in _ABSENT and row.similarity is not None and row.similarity >= _NONE:
        return _ABSENT[name]
    subject = _COMPARED.get(name)
    outcome = outcome_of(row._replace(name=name))
    if subject is None or outcome is None:
        return evidence_title(row.name)
    usual = f", {_USUAL[outcome]}" if is_usual(row) else ""
    return f"{subject} {_OUTCOMES[outcome]}{usual}"


def is_usual(row: EvidenceRow) -> bool:
    """Return whether values agree and yet count against a match, or differ and count for it: they
    do so too often to say anything else.
    """
    name = row.name.replace(" ", "_")
    outcome = outcome_of(row._replace(name=name)) if name in _COMPARED else None
    if outcome is None or not row.weight:
        return False
    return (outcome is EvidenceOutcome.DIFFERS) is (row.weight > 0)


def _title(name: str) -> str:
    words = name.replace("_", " ")
    return _COMPARED.get(name) or _DESCRIBED.get(name) or words[:1].upper() + words[1:]
