"""Relations that texts of lists state: whom they name, and whom a sentence is about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.data import load_rows
from resolver.lists.text import stated_relations
from resolver.lists.text.stated_relations import (
    MAX_SENTENCE,
    find_stated_relations,
    split_own_names,
)
from resolver.lists.validation import fault_of_record
from resolver.records import RelationType
from tests.records.samples import record

ROWS = load_rows("relation_phrases")
OWN = split_own_names(["Bruna Ostrow", "Grey Reef Trading"])


def read(text: str, ids: dict[str, str] | None = None) -> list[tuple[str, str, str]]:
    """Return type, role and target of the relations of a text."""
    relations = find_stated_relations(text, OWN, ids or {}, "reason")
    return [(row.type.value, row.role, row.target_name) for row in relations]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[1]} {row[0]}")
def test_the_sentence_of_each_phrase_is_read(row: list[str]) -> None:
    phrase, _language, kind, role, sentence, target = row
    assert phrase.casefold() in sentence.casefold()
    own = split_own_names(["Grey Reef Trading"] if target == "Amaro Quell" else ["Bruna"])
    relations = list(find_stated_relations(sentence, own, {}, "reason"))
    assert (RelationType(kind), target) in {(row.type, row.target_name) for row in relations}
    found = next(row for row in relations if row.target_name == target)
    assert found.role.removeprefix("former ") == role
    assert found.origin == f"reason: {sentence.rstrip('.')}" or found.origin.endswith(sentence)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Bruna Ostrow is the deputy director of LLC ‘Red Pier’ and others.",
            [("employeeOf", "deputy director", "LLC Red Pier")],
        ),
        (
            "Member of the Board of Directors of Red Pier Bank since 2014.",
            [("memberOf", "member", "Red Pier Bank")],
        ),
        (
            "She is associated with Amaro Quell and Nuno Salgado.",
            [
                ("associateOf", "associated with", "Amaro Quell"),
                ("associateOf", "associated with", "Nuno Salgado"),
            ],
        ),
        (
            "Daughter of former President Amaro Quell. Also leader of the FNRP.",
            [("familyOf", "daughter", "Amaro Quell"), ("leaderOf", "leader", "FNRP")],
        ),
        (
            "Member of the Harbor Union for the Freedom of Ports, which sails.",
            [("memberOf", "member", "Harbor Union for the Freedom of Ports")],
        ),
    ],
)
def test_names_are_read_whole(text: str, expected: list[tuple[str, str, str]]) -> None:
    relations = read(text)
    assert [row for row in expected if row not in relations] == []
    assert set(relations) <= set(expected)


@pytest.mark.parametrize(
    "text",
    [
        "His uncle is a member of the Iron Quay Front.",
        "He met Nuno Salgado, leader of the Iron Quay Front.",
        "She is not a member of the Iron Quay Front.",
        "Alleged to be a member of the Iron Quay Front.",
        "Supported by the leader of the Iron Quay Front.",
        "It is a substantial part of the Russian financial sector.",
        "Member of the Board.",
        "Head of the Government.",
        "Owner of Grey Reef Trading.",
        "He is an Israeli and CEO of the Israeli company Texel.",
    ],
)
def test_what_is_said_of_others_is_not_taken(text: str) -> None:
    assert read(text) == []


def test_a_target_on_the_list_has_its_id() -> None:
    ids = {"iron quay front": "s:1", "iron quay front in the north": "s:2", "quay": "s:3"}
    targets = [
        (row.target_id, row.target_name)
        for text in (
            "Member of the Iron Quay Front in the North.",
            "Leader of the Iron Quay Front.",
            "Branch of Quay, a gang.",
        )
        for row in find_stated_relations(text, OWN, ids, "reason")
    ]
    assert targets == [
        ("s:2", "Iron Quay Front in the North"),
        ("s:1", "Iron Quay Front"),
        ("s:3", "Quay"),
    ]


def test_no_text_makes_a_record_that_is_refused() -> None:
    assert read(f"Owner of Red {'A' * 101}.") == []
    letters = [chr(65 + number % 26) + chr(65 + number // 26) for number in range(600)]
    relations = find_stated_relations(
        " ".join(f"Member of Red {word}e." for word in letters), OWN, {}, "reason"
    )
    whole = replace(record("k:1", name="Ann Lee"), relations=tuple(relations))
    assert len(whole.relations) == 200
    assert fault_of_record(whole) == ""


def test_phrases_far_from_the_beginning_of_a_sentence_are_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # each would read all words before it
    looked_at: list[str] = []
    monkeypatch.setattr(stated_relations, "_is_about_entry", lambda row, _: looked_at.append(row))
    assert read("He is " + "brother of " * 1_500 + "Amaro Quell.") == []
    assert len(looked_at) == 7


@given(st.text(alphabet="Member of the Iron Quay ‘’\"'.,;()and", max_size=400))
def test_any_text_is_read(text: str) -> None:
    for row in find_stated_relations(text, OWN, {}, "reason"):
        assert row.target_name == row.target_name.strip() != ""
        assert len(row.origin) <= MAX_SENTENCE + len("reason: ")
