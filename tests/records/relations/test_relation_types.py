"""Types of relations: one table for all, directions, and classes of roles."""

from __future__ import annotations

import pytest

from resolver.records import RelationType
from resolver.records.stated_links import (
    RELATION_TYPES,
    ROLE_CLASSES,
    direct_relation,
    find_relation_type,
    role_class,
)


def test_every_type_has_a_meaning_and_is_found_by_value_and_words() -> None:
    assert set(RELATION_TYPES) == set(RelationType)
    for kind, meaning in RELATION_TYPES.items():
        assert find_relation_type(kind.value) is kind
        assert find_relation_type(kind.value.upper()) is kind
        assert find_relation_type(f" {meaning.words.title()} ") is kind
        assert meaning.is_mutual == (meaning.words == meaning.reverse)
    assert find_relation_type("guardian of") is None
    assert find_relation_type("") is None


def test_inverse_types_read_as_the_other_from_the_other_end() -> None:
    for meaning in RELATION_TYPES.values():
        if meaning.inverse is not None:
            other = RELATION_TYPES[meaning.inverse]
            assert (meaning.words, meaning.reverse) == (other.reverse, other.words)
            assert (meaning.difference, other.inverse) == (other.difference, None)


@pytest.mark.parametrize(
    ("kind", "role", "expected"),
    [
        (RelationType.MEMBER_OF, "driver", (RelationType.MEMBER_OF, False)),
        (RelationType.SUCCESSOR_OF, "", (RelationType.PREDECESSOR_OF, True)),
        (RelationType.EMPLOYER_OF, "", (RelationType.EMPLOYEE_OF, True)),
        (RelationType.LINKED_TO, "", (RelationType.LINKED_TO, False)),
        (RelationType.LINKED_TO, "friend", (RelationType.LINKED_TO, False)),
        (RelationType.LINKED_TO, "Owned_By", (RelationType.OWNER_OF, True)),
        (RelationType.LINKED_TO, "owner", (RelationType.OWNER_OF, True)),
        (RelationType.LINKED_TO, "successor of", (RelationType.PREDECESSOR_OF, True)),
        (RelationType.LINKED_TO, "successor", (RelationType.PREDECESSOR_OF, False)),
        (RelationType.LINKED_TO, "member", (RelationType.MEMBER_OF, True)),
        (RelationType.LINKED_TO, "ally of", (RelationType.ALLY_OF, False)),
        (RelationType.LINKED_TO, "employer of", (RelationType.EMPLOYEE_OF, True)),
    ],
)
def test_relations_have_one_direction(
    kind: RelationType, role: str, expected: tuple[RelationType, bool]
) -> None:
    assert direct_relation(kind.value, role) == expected


def test_links_that_name_a_type_read_as_it_from_both_ends() -> None:
    for kind, meaning in RELATION_TYPES.items():
        direct = direct_relation(kind.value, "")
        assert direct_relation("linkedTo", meaning.words) == direct
        assert RELATION_TYPES[direct.type].inverse is None
        if not meaning.is_mutual:
            turned = direct_relation("linkedTo", meaning.reverse)
            assert turned == (direct.type, not direct.is_reversed)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("driver", "transporter"),
        ("Truck driver", "transporter"),
        ("Second-in-command", "deputy"),
        ("Brother-in-law", "in-law"),
        ("BROTHER", "sibling"),
        ("alleged financier", "financier"),
        ("", ""),
        ("xyz 12", ""),
    ],
)
def test_roles_have_the_class_of_their_first_known_word(role: str, expected: str) -> None:
    assert role_class(role) == expected


def test_no_word_has_two_classes() -> None:
    words = [word.strip() for text in ROLE_CLASSES.values() for word in text.split(",")]
    assert len(words) == len(set(words))
