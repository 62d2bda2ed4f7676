"""Evidence in one sentence: phrases of every comparator, order, room, and names."""

from __future__ import annotations

import pytest

from resolver.matching.comparators import COMPARATOR_BY_NAME
from resolver.records.results.explanation import (
    MAX_WORDS,
    PHRASES,
    RELATION_ROW,
    SILENT,
    AlignedPart,
    EvidenceOutcome,
    EvidenceRow,
    Explanation,
    Fate,
    outcome_of,
    summarize_evidence,
)
from resolver.records.results.resolution import Band

SIMILARITIES = [step / 100 for step in range(101)]


def row(name: str, similarity: float | None, weight: int, *values: str) -> EvidenceRow:
    left, right = values or ("", "")
    return EvidenceRow(name, "", left, right, similarity, weight)


def part(left: str, right: str, fate: Fate = Fate.EQUAL, similarity: float = 1.0) -> AlignedPart:
    return AlignedPart(left, right, fate, similarity, 5.0)


def sentence(*rows: EvidenceRow, parts: tuple[AlignedPart, ...] = ()) -> str:
    return summarize_evidence(
        Explanation(
            "a:1", "b:1", 0.5, Band.REVIEW, sum(row.weight for row in rows), rows, (), parts
        )
    )


def test_exactly_the_comparators_have_phrases() -> None:
    assert set(PHRASES) - {"kind"} == set(COMPARATOR_BY_NAME)


@pytest.mark.parametrize("name", [name for name in PHRASES if PHRASES[name] is not SILENT])
def test_every_outcome_of_a_comparator_has_a_phrase(name: str) -> None:
    phrases = PHRASES[name]
    reached = {phrases.outcome(similarity) for similarity in SIMILARITIES}
    for outcome in EvidenceOutcome:
        assert bool(phrases.phrase(outcome)) is (outcome in reached), outcome


@pytest.mark.parametrize("name", sorted(PHRASES))
def test_phrases_are_words_of_a_user_interface(name: str) -> None:
    for outcome in EvidenceOutcome:
        phrase = PHRASES[name].phrase(outcome)
        assert not set(phrase) & set("_;,.×")
        assert len(phrase.split()) <= 8


def test_what_agrees_most_comes_first_and_contradictions_follow_a_semicolon() -> None:
    rows = (
        row("nationality", 0.0, -700),
        row("birth_date", 1.0, 2000),
        row("gender", 0.0, -900),
        row("identifier", 1.0, 4000),
        row("phone", None, 10),
    )
    expected = "Same document number, same birth date; genders differ, nationalities differ."
    assert sentence(*rows) == expected


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        (400, "Same gender, birth dates agree in part."),
        (-400, "Same gender; birth dates agree in part."),
    ],
)
def test_what_nearly_agrees_stands_where_it_weighs(weight: int, expected: str) -> None:
    assert sentence(row("gender", 1.0, 500), row("birth_date", 0.7, weight)) == expected


def test_only_contradictions_and_nothing_at_all() -> None:
    assert sentence(row("birth_date", 0.0, -900)) == "Birth dates differ."
    assert sentence(row("prior", None, -900)) == "Nothing to compare."
    assert sentence(row("kind", 0.0, -9000, "person", "group")) == "Kinds exclude each other."


def test_countries_are_told_once_for_each_side() -> None:
    rows = row("nationality", 1.0, 500), row("country", 1.0, 800)
    assert sentence(*rows) == "Same country."
    rows = row("nationality", 0.0, -500), row("country", 0.6, 800)
    assert sentence(*rows) == "Same country; nationalities differ."


def test_other_candidates_of_a_check_are_told() -> None:
    rows = row("birth_date", 1.0, 900), row("competition", None, -1400)
    assert sentence(*rows) == "Same birth date; others fit as well."
    assert sentence(rows[0], row("competition", None, -20)) == "Same birth date."


def test_the_lightest_evidence_is_left_out() -> None:
    rows = [row(name, 1.0, place + 1) for place, name in enumerate(sorted(PHRASES))]
    text = sentence(*rows)
    assert len(text.split()) <= MAX_WORDS
    expected = "Same name, same website, same founding date, same relations; both are separate"
    assert text.startswith(expected)


@pytest.mark.parametrize(
    ("left", "right", "parts", "expected"),
    [
        ("Ann Lee", "Lee Ann", (part("ann", "ann"), part("lee", "lee")), "Same name."),
        (
            "Иван Петров",
            "Ivan Petrov",
            (part("ivan", "ivan"), part("petrov", "petrov", Fate.SIMILAR, 0.95)),
            "Same name in Cyrillic and Latin.",
        ),
        (
            "王小波",
            "Wang Hsiao-po",
            (part("wang", "wang"), part("xiaobo", "hsiao po", Fate.JOINED, 0.7)),
            "Similar names in Chinese and Latin.",
        ),
        (
            "Ivan Petrow",
            "Ivan Petrov",
            (part("ivan", "ivan"), part("petrow", "petrov", Fate.SIMILAR, 0.95)),
            "Similar names.",
        ),
        (
            "Ann Mary Lee",
            "Ann Lee",
            (part("ann", "ann"), part("mary", "", Fate.OMITTED, 0.0), part("lee", "lee")),
            "One name contains the other.",
        ),
        (
            "Ann Lee",
            "Ann Ray",
            (
                part("ann", "ann"),
                part("lee", "", Fate.CONTRADICTED, 0.0),
                part("", "ray", Fate.CONTRADICTED, 0.0),
            ),
            "Names agree only in part.",
        ),
        (
            "Lee",
            "Ray",
            (part("lee", "", Fate.CONTRADICTED, 0), part("", "ray", Fate.CONTRADICTED, 0)),
            "Names differ.",
        ),
    ],
)
def test_names(left: str, right: str, parts: tuple[AlignedPart, ...], expected: str) -> None:
    assert sentence(row("name", 0.9, 900, left, right), parts=parts) == expected


def test_one_other_contradiction_of_names_is_told() -> None:
    rows = (
        row("name", 1.0, 3000, "Ann Lee", "Lee Ann"),
        row("name_quality", 0.0, -300),
        row("name_order", 0.0, -600),
    )
    expected = "Same name; given and family name are swapped."
    assert sentence(*rows, parts=(part("ann", "ann"), part("lee", "lee"))) == expected


def test_outcome_of_rows_without_values_or_phrases() -> None:
    assert outcome_of(row("birth_date", None, 0)) is None
    assert outcome_of(row("prior", 1.0, 0)) is None
    assert outcome_of(row("birth_date", 1.0, 0)) is EvidenceOutcome.AGREES


def test_what_entities_are_related_to_says_more_than_ids_of_related_records() -> None:
    def shared(text: str, weight: int) -> EvidenceRow:
        return EvidenceRow(RELATION_ROW, "", "a", "b", None, weight, text)

    ids = row("relation", 0.0, -20, "pier:g", "quay:g")
    assert sentence(row("name", 1.0, 900), ids) == "Same name; relations differ."
    crew, kin = shared("Both driver in Blue Harbour Crew", 1400), shared("Both kin of Ana", 200)
    assert sentence(row("name", 1.0, 900), ids, kin, crew) == (
        "Both driver in Blue Harbour Crew, same name."
    )
    assert sentence(row("name", 1.0, 900), ids, shared("Both kin of Ana", -400)) == "Same name."
    endless = shared(f"Both member of {'Crew ' * MAX_WORDS}".strip(), 1400)
    assert sentence(row("name", 1.0, 900), endless) == "A relation in common, same name."
