"""Likely roles: by place, unless what is known of the words says otherwise."""

from __future__ import annotations

import pytest

from resolver.records import Kind
from resolver.records.prepared.batch import Role
from tests.normalize.preparing import prepared
from tests.records.samples import record

GIVEN, FAMILY, UNSET = int(Role.LIKELY_GIVEN), int(Role.LIKELY_FAMILY), int(Role.UNSET)


def roles(text: str, kind: Kind = Kind.PERSON) -> list[int]:
    found = prepared([record("s:1", kind, name=text)])
    (form,) = found.names[0].tolist()[:1]
    first, last = found.forms.tokens.offsets[form], found.forms.tokens.offsets[form + 1]
    said: list[int] = found.forms.roles[first:last].tolist()
    return said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Lee", [GIVEN, FAMILY]),
        ("Ann Maria Lee", [GIVEN, UNSET, FAMILY]),
        # what is known of the words says that the order is the other one
        ("SMITH John", [FAMILY, GIVEN]),
        ("Li Qwangzu", [FAMILY, GIVEN]),
        ("Smith J", [FAMILY, GIVEN]),
        # beside a word of two syllables, that of one is a Chinese or Korean family name, whoever else bears it
        ("Ren Xiaohong", [FAMILY, GIVEN]),
        ("Xiaohong Ren", [GIVEN, FAMILY]),
        ("Seonghyeon Kim", [GIVEN, FAMILY]),
        ("周淑洁", [FAMILY, GIVEN]),
        ("김 영진", [FAMILY, GIVEN]),
        # two that are given names stand as they stand
        ("John Mohammed", [GIVEN, FAMILY]),
        ("Ann", [UNSET]),
        ("Ann von", [UNSET, UNSET]),
        ("Ann van Lee", [GIVEN, UNSET, FAMILY]),
    ],
)
def test_likely_roles(text: str, expected: list[int]) -> None:
    assert roles(text) == expected


def test_groups_have_no_given_names() -> None:
    assert set(roles("Acme Holding", Kind.GROUP)) == {UNSET}


def test_what_a_source_says_is_not_guessed() -> None:
    found = prepared([record("s:1", firstName="Li", lastName="John")])
    assert found.forms.roles.tolist() == [int(Role.GIVEN), int(Role.FAMILY)]


def test_the_lowest_bits_of_what_is_said_and_of_what_is_likely_are_the_same() -> None:
    assert Role.LIKELY_GIVEN & 3 == Role.GIVEN
    assert Role.LIKELY_FAMILY & 3 == Role.FAMILY
