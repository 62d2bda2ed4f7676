"""Statements that two records differ: which relations and names make them, and their sentences."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from resolver.records import Kind, Record, Relation, RelationType
from resolver.records.stated_links import (
    GENERATION_HINT,
    DifferenceKind,
    find_stated_difference,
    record_generations,
    relation_difference,
    split_generation,
)
from tests.records.samples import record


@pytest.mark.parametrize(
    ("kind", "role", "difference"),
    [
        (RelationType.FAMILY_OF, "son", DifferenceKind.KIN),
        (RelationType.OWNER_OF, "", DifferenceKind.OWNERSHIP),
        (RelationType.MEMBER_OF, "", DifferenceKind.MEMBERSHIP),
        (RelationType.LEADER_OF, "chair", DifferenceKind.MEMBERSHIP),
        (RelationType.PREDECESSOR_OF, "", DifferenceKind.SUCCESSION),
        (RelationType.LINKED_TO, "Parent Company", DifferenceKind.OWNERSHIP),
        (RelationType.LINKED_TO, "SUCCESSOR_OF", DifferenceKind.SUCCESSION),
        (RelationType.LINKED_TO, "", None),
        (RelationType.LINKED_TO, "friend", None),
        (RelationType.LINKED_TO, "trade name of", None),
        (RelationType.ASSOCIATE_OF, "partner", None),
        (RelationType.OWNER_OF, "same as", None),
        (RelationType.FAMILY_OF, "alias", None),
    ],
)
def test_relations_state_a_difference_by_type_and_role(
    kind: RelationType, role: str, difference: DifferenceKind | None
) -> None:
    assert relation_difference(kind, role) is difference


@pytest.mark.parametrize(
    ("name", "base", "rank"),
    [
        ("John Smith Sr.", "john smith", 1),
        ("SMITH JR., John", "john smith", 2),
        ("SMITH, John, Jr", "john smith", 2),
        ("John Smith II", "john smith", 2),
        ("Henry Ford III", "ford henry", 3),
        ("Henry Ford IV", "ford henry", 4),
        ("João da Silva Filho", "da joao silva", 2),
        ("João da Silva Neto", "da joao silva", 3),
        ("Carlos Lima Júnior", "carlos lima", 2),
        ("Alexandre Dumas père", "alexandre dumas", 1),
        ("Alexandre Dumas fils", "alexandre dumas", 2),
        ("Lucas Cranach the Elder", "cranach lucas", 1),
        ("Lucas Cranach the Younger", "cranach lucas", 2),
        ("Иван Петров младший", "иван петров", 2),
        ("Иван Петров Старший", "иван петров", 1),
        ("Botir Karimov kichik", "botir karimov", 2),
        ("Jan Novák mladší", "jan novak", 2),
        # no generations: a title, a given name, initials, a family name, a lone mark
        ("Senior General Min Aung", "aung general min senior", 0),
        ("Junior Seau", "junior seau", 0),
        ("J. R. Ewing", "ewing j r", 0),
        ("John Elder", "elder john", 0),
        ("Ivanov Georgii", "georgii ivanov", 0),
        ("Jr.", "jr", 0),
        ("", "", 0),
    ],
)
def test_generation_of_a_name(name: str, base: str, rank: int) -> None:
    assert split_generation(name) == (base, rank)
    if rank:  # the hint may say yes too often, never no
        assert pc.match_substring_regex(pa.array([name]), GENERATION_HINT).to_pylist() == [True]


def test_generations_are_those_of_principal_names_of_persons() -> None:
    assert record_generations(record("a:1", name="John Smith", nameSuffix="Jr.")) == {
        "john smith": {2}
    }
    assert record_generations(record("a:1", firstName="John", lastName="Smith III")) == {
        "john smith": {3}
    }
    assert record_generations(record("a:1", name="John Smith", alias="John Smith Jr.")) == {}
    assert record_generations(record("a:1", Kind.GROUP, name="Sea Fund III")) == {}


def related(kind: RelationType, role: str = "", target: str = "ofac:2") -> Record:
    return record("ofac:1", relations=[Relation(kind, target, role=role)])


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        (
            related(RelationType.FAMILY_OF, "father"),
            "ofac relates these two as family, so they are two persons.",
        ),
        (
            related(RelationType.OWNER_OF),
            "ofac relates these two as owner and owned, so they are two entities.",
        ),
        (
            related(RelationType.MEMBER_OF, target="2"),
            "ofac relates these two as member and group, so they are two entities.",
        ),
        (
            related(RelationType.PREDECESSOR_OF),
            "ofac relates these two as predecessor and successor, so they are two entities.",
        ),
    ],
)
def test_sentence_names_the_list_from_either_side(left: Record, sentence: str) -> None:
    right = record("ofac:2")
    assert str(find_stated_difference([left], [right])) == sentence
    assert str(find_stated_difference([right], [left])) == sentence
    assert find_stated_difference([left], [record("ofac:3")]) is None


def test_sentence_of_generations() -> None:
    left, right = record("a:1", name="John Smith Sr."), record("b:1", name="SMITH, John, III")
    sentence = "One name is Sr., the other III, so they are two persons."
    assert str(find_stated_difference([left], [right])) == sentence
    # Jr. and II may be the same, and other names say nothing
    for other in ("John Smith II", "Jack Smith III", "John Smith"):
        pair = [record("a:1", name="John Smith Jr.")], [record("b:1", name=other)]
        assert find_stated_difference(*pair) is None


def test_relation_to_itself_states_nothing() -> None:
    itself = record("a:1", relations=[Relation(RelationType.FAMILY_OF, "a:1")])
    assert find_stated_difference([itself], [itself]) is None


def test_names_without_end_are_read_in_no_time() -> None:
    long_name = "jr " * 100_000
    assert split_generation(long_name)[1] == 2
    assert re.compile(GENERATION_HINT).search(long_name)
