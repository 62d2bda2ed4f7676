"""Explanation of the score of one pair, as files, pages and commands receive it.

The module reads in this order:

1. `Explanation`: the rows of evidence that sum to the score, the alignment of names, and the
   smallest changes that would lead to another band; `BlockingTrace`: the blocking rules that join
   the pair;
2. `summarize_evidence`: the evidence in one sentence, such as "Same name in Cyrillic and Latin,
   same birth date; nationalities differ.";
3. patterns of agreement: which topics of a pair agree, agree in part, differ or are missing.

The sentence states evidence for a match first, heaviest first, then after a semicolon evidence
against it. It uses only the rows of the explanation. Its words are in the table `PHRASES`: for a
new comparator, add one row, or give its property a wording.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from resolver.records.decisions import Decision
from resolver.records.kinds import Kind
from resolver.records.properties import WORDINGS, Group, Wording
from resolver.records.results.resolution import Band
from resolver.runtime.text_cache import cache_short_texts

COMPETITION = "competition"
"""Name of the row for the other candidates of a check that fit as well."""
RELATION_ROW = "relations"
"""Name of the rows for shared relations: `detail` names an entity that both are related to."""


class EvidenceRow(NamedTuple):
    """Row of a score's sum.

    `weight` is in thousandths of log-odds; `similarity` is 0…1, or None if a side states no value.
    """

    name: str
    help: str
    left: str
    right: str
    similarity: float | None
    weight: int
    detail: str = ""


class Fate(StrEnum):
    """Outcome of a name part when two names are aligned."""

    EQUAL = "equal"
    SIMILAR = "similar"
    JOINED = "joined"
    """Two words of one name spell one word of the other."""
    OMITTED = "omitted"
    """Missing in the other name: weak evidence against a match."""
    CONTRADICTED = "contradicted"
    """Without a partner, while the other name also has a part without one: strong evidence against
    a match.
    """


class AlignedPart(NamedTuple):
    """One part of the alignment of the best pair of names.

    `left` or `right` is empty if the other name has no such part; `similarity` is 0…1 (0 without a
    partner); `rarity` is in nats, 1 (very common) … 9.
    """

    left: str
    right: str
    fate: Fate
    similarity: float
    rarity: float

    def __str__(self) -> str:
        """Return the part with its rarity.

        `a = b` are equal, `a ~ b 0.91` are similar or joined, and `a left only` has no partner in
        the other name. `a left only, contradicted` marks a contradicted part.
        """
        if self.fate is Fate.EQUAL:
            text = f"{self.left} = {self.right}"
        elif self.left and self.right:
            text = f"{self.left} ~ {self.right} {self.similarity:.2f}"
        else:
            mark = ", contradicted" if self.fate is Fate.CONTRADICTED else ""
            text = f"{self.left or self.right} {'left' if self.left else 'right'} only{mark}"
        return f"{text} ({self.rarity:.1f})"


def format_alignment(parts: Iterable[AlignedPart]) -> str:
    """Return the alignment of two names as one text."""
    return ", ".join(map(str, parts))


@dataclass(frozen=True, slots=True)
class Alternative:
    """Different value of one field of a pair, with the similarities that it would lead to.

    `values` has the similarity by comparator; NaN stands for a missing value.
    """

    field: str
    statement: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Change:
    """Change of one or two fields that leads to another band, and the score it would give.

    `logodds` (thousandths) is exactly the sum of the model's tables.
    """

    statements: tuple[str, ...]
    logodds: int
    score: float
    band: Band


POPULATION_ROWS = (
    "prior",
    "calibration",
    "population",
    "relatives",
    "partners",
    "asked",
    "names_only",
    "held",
    "date_errors",
    "competition",
)
"""Rows of an explanation that do not depend on a field of the records."""
STARTING_ROWS = frozenset((*POPULATION_ROWS, "sources")) - {
    "competition",
    "relatives",
    "held",
    "date_errors",
}
"""Rows for the prior: how often any two records are of one entity."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Reasons for the score of a pair.

    `rows` sum to `logodds` (thousandths) exactly. `parts` is the alignment of the best pair of
    names. `changes` are the smallest changes into another band, if requested.

    If the program compared the two entities and not only the two records, `score`, `band` and
    `logodds` are the result for the entities. `record_score` is then the score of the two records
    alone, and `basis` the reason for the result (see `Basis`).
    """

    left_id: str
    right_id: str
    score: float
    band: Band
    logodds: int
    rows: tuple[EvidenceRow, ...]
    notes: tuple[str, ...] = field(default=())
    parts: tuple[AlignedPart, ...] = ()
    changes: tuple[Change, ...] = ()
    record_score: float | None = None
    basis: str = ""

    @property
    def contradicting_rows(self) -> tuple[EvidenceRow, ...]:
        """Evidence against a match, heaviest first, without the rows of the population."""
        rows = [row for row in self.rows if row.weight < 0 and row.name not in POPULATION_ROWS]
        return tuple(sorted(rows, key=lambda row: (row.weight, row.name)))


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Blocking rule that nearly joined a pair; `why` states in a few words what was missing."""

    name: str
    help: str
    why: str


@dataclass(frozen=True, slots=True)
class BlockingTrace:
    """Blocking rules of a plan that join two records, by name, and the rules that nearly do.

    If `joined_by` is empty, the two records are never compared.
    """

    plan: str
    joined_by: tuple[str, ...]
    near: tuple[NearMiss, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """Decision of stewards on two records: `same` or not.

    If `direct` is False, `decision` is about two other records, and further decisions connect these
    with the two records.
    """

    same: bool
    decision: Decision
    direct: bool


MAX_WORDS = 25
"""Maximum number of words of a sentence. The lightest evidence beyond is left out."""
_MAX_SUPPORTING, _MAX_CONTRADICTING = 4, 3
"""Maximum number of phrases for a match, and against it."""
_MAX_RELATION_WORDS = 12
"""Maximum number of words of a shared relation that the sentence quotes. It paraphrases longer
ones.
"""
_RELATED_RECORDS = "relation"
"""Name of the row that compares the ids of related records."""
_NEVER = 2.0
"""Similarity that no comparator reaches."""
_NAMES, _COUNTRIES = "names", "countries"
_COUNTRY_COMPARATORS = (Group.NATIONALITIES.comparator, Group.COUNTRIES.comparator)
_CROWDED_WEIGHT = -300
"""Log-odds (thousandths) from which the sentence mentions competition: it must be as low."""


class EvidenceOutcome(StrEnum):
    """Outcome of a comparison, in three steps."""

    AGREES = "agrees"
    NEAR = "near"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases for the three outcomes of a comparator.

    Values agree if their similarity is at least `agree_from`, and nearly agree if it is at least
    `near_from`. A phrase that no similarity (0…1) leads to is empty. Among all rows of one `topic`,
    the sentence states the heaviest for a match and the heaviest against it.
    """

    agree: str
    near: str
    differ: str
    agree_from: float = 0.995
    near_from: float = 0.5
    topic: str = ""

    def outcome(self, similarity: float) -> EvidenceOutcome:
        """Return the outcome to which a similarity belongs."""
        if similarity >= self.agree_from:
            return EvidenceOutcome.AGREES
        return EvidenceOutcome.NEAR if similarity >= self.near_from else EvidenceOutcome.DIFFERS

    def phrase(self, outcome: EvidenceOutcome) -> str:
        """Return the phrase for an outcome."""
        if outcome is EvidenceOutcome.AGREES:
            return self.agree
        return self.near if outcome is EvidenceOutcome.NEAR else self.differ


SILENT = Phrases("", "", "", _NEVER, 0.0)
"""Phrases of a comparator that the sentence never mentions."""


def _on_names(differ: str, below: float = 0.5) -> Phrases:
    """Return the phrases of a comparator that refines the comparison of names.

    The row `name` already states how far the names agree.
    """
    return Phrases("names agree", "names agree in part", differ, near_from=below, topic=_NAMES)


def _of_property(words: Wording, topic: str = "") -> Phrases:
    """Return the phrases of a comparator of one property or of one group of properties."""
    return Phrases(
        f"same {words.one}",
        words.near,
        f"{words.many} differ",
        words.agree_from,
        words.near_from,
        topic,
    )


PHRASES: dict[str, Phrases] = {
    "name": Phrases("same name", "similar names", "names differ", 0.97, 0.6, _NAMES),
    "name_rarity": _on_names("the name is common", 0.2),
    "name_contradicted": SILENT,
    "name_omitted": SILENT,
    "name_weakest": SILENT,
    "name_primary": _on_names("main names differ"),
    "name_share": SILENT,
    "name_exact": SILENT,
    "name_parts": SILENT,
    "name_quality": _on_names("only weak aliases agree", 0.3),
    "name_order": _on_names("given and family name are swapped"),
    "name_established": _on_names("one part is a different name"),
    "name_initials": _on_names("initials do not fit"),
    "name_sides": _on_names("given names contradict", 0.3),
    "name_apart": _on_names("main names have words of their own"),
    "names_alone": Phrases("", "", "only names are known", _NEVER, _NEVER),
    "identifier": Phrases(
        "same document number", "a number in common", "document numbers differ", 0.6, 0.25
    ),
    "numbers": Phrases(
        "same numbers in the names",
        "numbers in one name only",
        "numbers in the names differ",
        near_from=0.4,
    ),
    "places_named": Phrases(
        "same places in the names",
        "places in one name only",
        "places in the names differ",
        near_from=0.4,
    ),
    "branch": Phrases("same branch", "a branch in one name only", "branches differ", near_from=0.4),
    "faction": Phrases("same faction", "a faction in one name only", "factions differ"),
    "qualifier": Phrases(
        "same qualifying words",
        "qualifying words in one name only",
        "qualifying words differ",
    ),
    "legal_form": Phrases(
        "same legal form", "a legal form in one name only", "legal forms differ", near_from=0.4
    ),
    "acronym": Phrases(
        "one name is an acronym of the other",
        "one name may be an acronym",
        "",
        near_from=0.0,
    ),
    "listed": SILENT,
    "same_list": Phrases("", "", "both are separate entries of one list", _NEVER, _NEVER),
    "kind": Phrases("", "", "kinds exclude each other", _NEVER, _NEVER),
    **{
        name: _of_property(words, _COUNTRIES if name in _COUNTRY_COMPARATORS else "")
        for name, words in WORDINGS.items()
    },
}
"""Phrases by the name of a comparator, and of the row about kinds."""
_SCRIPT_NAMES = {
    "CJK": "Chinese",
    "HANGUL": "Korean",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "FULLWIDTH": "Latin",
}


class _Point(NamedTuple):
    """Phrase of the sentence. `supports`: it speaks for a match. `weight` is in thousandths."""

    text: str
    supports: bool
    weight: int


def outcome_of(row: EvidenceRow) -> EvidenceOutcome | None:
    """Return how far the values of a row agree, or None if a side has no value to compare."""
    phrases = PHRASES.get(row.name)
    if phrases is None or row.similarity is None:
        return None
    return phrases.outcome(row.similarity)


def summarize_evidence(explanation: Explanation) -> str:
    """Return the evidence of an explanation in one sentence of at most `MAX_WORDS` words."""
    name_rows, points = _read_rows(explanation.rows)
    points += _name_points(name_rows, explanation.parts)
    points.sort(key=lambda point: -abs(point.weight))
    # Phrases for a match and against it that fit into a sentence, heaviest first.
    supporting: list[str] = []
    contradicting: list[str] = []
    words = 0
    for phrase, supports, _ in points:
        words += phrase.count(" ") + 1
        if words > MAX_WORDS:
            break
        if not supports and len(contradicting) < _MAX_CONTRADICTING:
            contradicting.append(phrase)
        elif supports and len(supporting) < _MAX_SUPPORTING:
            supporting.append(phrase)
    text = "; ".join(filter(None, (", ".join(supporting), ", ".join(contradicting))))
    return f"{text[:1].upper()}{text[1:]}." if text else "Nothing to compare."


def describe_names(explanation: Explanation) -> str:
    """Return the phrase on how far the names agree; empty if no names were compared."""
    row = next((row for row in explanation.rows if row.name == "name"), None)
    if row is None or row.similarity is None:
        return ""
    text, _ = _name_phrase(row, explanation.parts)
    return f"{text[:1].upper()}{text[1:]}"


def _read_rows(rows: Iterable[EvidenceRow]) -> tuple[list[EvidenceRow], list[_Point]]:
    """Return the rows on names, and the heaviest phrase of each other topic, for and against."""
    name_rows: list[EvidenceRow] = []
    points: dict[tuple[str, bool], _Point] = {}
    relations: list[EvidenceRow] = []
    for row in rows:
        if row.similarity is None:
            # rows of two comparators together, and of the population, have no phrase
            if row.name == COMPETITION and row.weight <= _CROWDED_WEIGHT:
                points[row.name, False] = _Point("others fit as well", False, row.weight)
            elif row.name == RELATION_ROW:
                relations.append(row)
        elif row.name.startswith("name_") or row.name == "name":
            name_rows.append(row)
        elif row.name in PHRASES:
            _add_heaviest(points, row, PHRASES[row.name])
    if relations:
        # a shared relation is stronger evidence than ids of related records in both records
        points = {key: point for key, point in points.items() if key[0] != _RELATED_RECORDS}
        # the heaviest shared relation counts if it speaks for a match
        heaviest = max(relations, key=_weight)
        text = heaviest.detail[:1].lower() + heaviest.detail[1:]
        if len(text.split()) > _MAX_RELATION_WORDS:
            text = PHRASES[_RELATED_RECORDS].near
        if heaviest.weight > 0:
            return name_rows, [*points.values(), _Point(text, True, heaviest.weight)]
    return name_rows, list(points.values())


def _add_heaviest(
    points: dict[tuple[str, bool], _Point], row: EvidenceRow, phrases: Phrases
) -> None:
    """Add the phrase of a row, unless a heavier row of its topic is on the same side."""
    outcome = phrases.outcome(row.similarity or 0.0)
    text = phrases.phrase(outcome)
    is_near_and_for = outcome is EvidenceOutcome.NEAR and row.weight >= 0
    key = phrases.topic or row.name, outcome is EvidenceOutcome.AGREES or is_near_and_for
    if text and (key not in points or abs(row.weight) > abs(points[key].weight)):
        points[key] = _Point(text, key[1], row.weight)


def _name_points(rows: Sequence[EvidenceRow], parts: Sequence[AlignedPart]) -> list[_Point]:
    """Return the phrase on how far the names agree, and the heaviest contradiction in them."""
    name: EvidenceRow | None = None
    heaviest: EvidenceRow | None = None
    weight = 0
    for row in rows:
        weight += row.weight
        if row.name == "name":
            name = row
        phrases = PHRASES.get(row.name, SILENT)
        differs = bool(phrases.differ) and (row.similarity or 0.0) < phrases.near_from
        if differs and row.weight < min(heaviest.weight if heaviest else 0, 0):
            heaviest = row
    if name is None:
        return []
    text, supports = _name_phrase(name, parts)
    points = [_Point(text, supports, weight)]
    if supports and heaviest is not None:
        points.append(_Point(PHRASES[heaviest.name].differ, False, heaviest.weight))
    return points


def _weight(row: EvidenceRow) -> int:
    return row.weight


def _name_phrase(row: EvidenceRow, parts: Sequence[AlignedPart]) -> tuple[str, bool]:
    """Return the phrase on how far two names agree, and whether it speaks for a match."""
    phrases, fates = PHRASES["name"], set(map(attrgetter("fate"), parts))
    if not parts:
        outcome = phrases.outcome(row.similarity or 0.0)
        return phrases.phrase(outcome), outcome is not EvidenceOutcome.DIFFERS
    if fates <= {Fate.OMITTED, Fate.CONTRADICTED}:
        return phrases.differ, False
    if Fate.CONTRADICTED in fates:
        return "names agree only in part", False
    scripts = _scripts_text(row.left, row.right)
    if Fate.OMITTED in fates:
        is_whole = fates <= {Fate.EQUAL, Fate.OMITTED}
        text = "one name contains the other" if is_whole else "similar names of different length"
        return f"{text}{scripts}", True
    is_same = fates == {Fate.EQUAL} or (scripts and all(part.similarity >= 0.85 for part in parts))
    return f"{phrases.agree if is_same else phrases.near}{scripts}", True


def _scripts_text(left: str, right: str) -> str:
    """Return " in Cyrillic and Latin" for texts in two scripts, else nothing."""
    if left.isascii() and right.isascii():
        return ""
    first, second = _script_name(left), _script_name(right)
    return f" in {first} and {second}" if first and second and first != second else ""


@cache_short_texts(4096)
def _script_name(text: str) -> str:
    """Return the name of the script of the first letter of a text; empty if there is no letter."""
    letter = next((letter for letter in text if letter.isalpha()), "")
    word = unicodedata.name(letter, "").partition(" ")[0] if letter else ""
    return _SCRIPT_NAMES.get(word, word.title())


PATTERN_TOPICS: Mapping[str, tuple[str, ...]] = {
    "names": ("name",),
    "dates": ("birth_date", "start_date"),
    "places": ("birth_place", "address"),
    "countries": _COUNTRY_COMPARATORS,
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
"""Comparators of each topic. A pattern has one outcome per topic.

All further comparators only refine the comparison of names.
"""
KIND_SHIFT = 2 * len(PATTERN_TOPICS)
"""Bit of a pattern at which the kind of its pairs begins; below are two bits per topic."""
UNSUPPORTED_BIT = KIND_SHIFT + 3
"""Bit of a pattern that marks pairs with no support but names."""
WITHIN_BIT = UNSUPPORTED_BIT + 1
"""Bit of a pattern that marks pairs within one source."""
DATE_ERROR_BIT = WITHIN_BIT + 1
"""Bit of a pattern that marks pairs whose birth dates differ in one part."""
_OUTCOMES = (EvidenceOutcome.DIFFERS, EvidenceOutcome.NEAR, EvidenceOutcome.AGREES)


def pattern_kind(pattern: int) -> Kind:
    """Return the kind of the model that scored the pairs of a pattern."""
    return Kind(pattern >> KIND_SHIFT & 7)


def pattern_outcomes(pattern: int) -> tuple[tuple[str, EvidenceOutcome], ...]:
    """Return the topics with values on both sides, and how far the values agree.

    A topic agrees or differs if all of its comparators do. Otherwise it agrees in part (`NEAR`).
    """
    grades = [pattern >> 2 * index & 3 for index in range(len(PATTERN_TOPICS))]
    return tuple(
        (topic, _OUTCOMES[grade - 1])
        for topic, grade in zip(PATTERN_TOPICS, grades, strict=True)
        if grade
    )
