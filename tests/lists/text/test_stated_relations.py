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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Brother of Amaro Quell (AQ) and uncle of Nuno Salgado.",
            [("familyOf", "brother", "Amaro Quell"), ("familyOf", "uncle", "Nuno Salgado")],
        ),
        (
            "Member of Red Pier Bank, leader of the Iron Quay Front.",
            [("memberOf", "member", "Red Pier Bank"), ("leaderOf", "leader", "Iron Quay Front")],
        ),
        # what follows an article is said of the bank
        (
            "Member of Red Pier Bank, a subsidiary of Harbor Union.",
            [("memberOf", "member", "Red Pier Bank")],
        ),
        (
            "Member of Red Pier Bank, affiliated with Harbor Union.",
            [("memberOf", "member", "Red Pier Bank")],
        ),
    ],
)
def test_relations_are_chained(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert read(text) == expected


def test_a_part_of_an_organization_is_not_the_organization() -> None:
    assert read("Commander of the Iron Quay Front (IQF) Harbor Brigade in the North, a port.") == [
        ("leaderOf", "commander", "Iron Quay Front Harbor Brigade in the North")
    ]
    assert read("Commander of the Iron Quay Front (IQF) and others.") == [
        ("leaderOf", "commander", "Iron Quay Front")
    ]
    ids = {"iron quay front harbor brigade": "s:1"}
    text = "Commander of the Iron Quay Front (IQF) Harbor Brigade in Tyre."
    assert [row.target_id for row in find_stated_relations(text, OWN, ids, "reason")] == ["s:1"]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Leader of the Iron Quay Front since 2009.", ("2009", "")),
        ("Leader of the Iron Quay Front (IQF) until 21.4.2019, in the port.", ("", "2019-04-21")),
        (
            "Leader of the Iron Quay Front in Tyre, from May 2014 to early 2018.",
            ("2014-05", "2018"),
        ),
        ("Between 2014 and 2018, leader of the Iron Quay Front.", ("2014", "2018")),
        ("Since June 2012, he has been leader of the Iron Quay Front.", ("2012-06", "")),
        ("Líder del Frente Rojo desde 2011.", ("2011", "")),
        # the time of something else
        ("Leader of the Iron Quay Front, a gang listed since 2009.", ("", "")),
        ("Leader of the Iron Quay Front, which has sailed since 2009.", ("", "")),
        ("Leader of the Iron Quay Front and member of Red Pier Bank since 2009.", ("", "")),
        ("Leader of the Iron Quay Front from 2018 to 2009.", ("", "")),
        ("Leader of the Iron Quay Front for 2009 days.", ("", "")),
    ],
)
def test_a_time_beside_the_name_is_the_period(text: str, period: tuple[str, str]) -> None:
    relation = next(find_stated_relations(text, OWN, {}, "reason"))
    assert (relation.start, relation.end) == period


def test_a_reference_number_leads_to_its_entry() -> None:
    numbers = {"QDi.001": "s:1", "QDe.002": "s:2"}
    texts = {
        "Associated with Amaro Quell (QDi.001).": ("s:1", "Amaro Quell"),
        "Leader of the Quay for the People (Red Pier) (QDe.002).": ("s:2", "Quay for the People"),
        # an entry that has left the list
        "Son of Amaro Quell (QDi.009).": ("", "Amaro Quell"),
        "Son of Amaro Quell (deceased).": ("", "Amaro Quell"),
    }
    for text, target in texts.items():
        row = next(find_stated_relations(text, OWN, {}, "reason", numbers))
        assert (row.target_id, row.target_name) == target


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


def test_each_entry_of_an_enumeration_with_reference_numbers_is_a_target() -> None:
    numbers = {"QDe.001": "s:1", "QDe.002": "s:2", "QDe.003": "s:3", "QDi.004": "s:4"}
    texts = {
        "Linked to Red Pier (QDe.001), Iron Quay (IQ) (QDe.002), and the Harbor Union (QDe.003).": [
            ("s:1", "Red Pier"),
            ("s:2", "Iron Quay"),
            ("s:3", "Harbor Union"),
        ],
        # another clause is not part of it
        "Member of Red Pier (QDe.001), Ann used to be second to Amaro Quell (QDi.004).": [
            ("s:1", "Red Pier")
        ],
    }
    for text, expected in texts.items():
        found = find_stated_relations(text, OWN, {}, "reason", numbers)
        assert [(row.target_id, row.target_name) for row in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Senior Iron Quay Front (IQF) member.", ("memberOf", "member")),
        ("Bruna Ostrow is an Iron Quay Front leader in the North.", ("leaderOf", "leader")),
        # about somebody else
        ("She met the Iron Quay Front leader Amaro Quell.", None),
        ("Her uncle is an Iron Quay Front leader.", None),
        # no entry of the list has this name
        ("Senior Harbor Union member.", None),
    ],
)
def test_a_role_may_follow_the_name_of_an_entry(
    text: str, expected: tuple[str, str] | None
) -> None:
    found = read(text, {"iron quay front": "s:1"})
    assert found == ([(*expected, "Iron Quay Front")] if expected else [])


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
