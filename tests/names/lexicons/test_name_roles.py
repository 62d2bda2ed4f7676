"""Likely roles: by position, unless frequencies of the words show the reversed order. Titles."""

from __future__ import annotations

import pytest

from resolver.names.lexicons.name_roles import split_titles
from resolver.records import Kind
from resolver.records.prepared.value_flags import Lineage, Role
from tests.matching.preparing import prepared
from tests.records.samples import record

GIVEN, FAMILY, UNSET = int(Role.LIKELY_GIVEN), int(Role.LIKELY_FAMILY), int(Role.UNSET)


def roles(text: str, kind: Kind = Kind.PERSON) -> list[int]:
    batch = prepared([record("s:1", kind, name=text)])
    (form,) = batch.names[0].tolist()[:1]
    first, last = batch.forms.tokens.offsets[form], batch.forms.tokens.offsets[form + 1]
    form_roles: list[int] = batch.forms.roles[first:last].tolist()
    return form_roles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Lee", [GIVEN, FAMILY]),
        ("Ann Maria Lee", [GIVEN, UNSET, FAMILY]),
        # Frequencies of the words show the reversed order.
        ("SMITH John", [FAMILY, GIVEN]),
        ("Li Qwangzu", [FAMILY, GIVEN]),
        ("Smith J", [FAMILY, GIVEN]),
        # A word of one syllable beside one of two is a Chinese or Korean family name.
        ("Ren Xiaohong", [FAMILY, GIVEN]),
        ("Xiaohong Ren", [GIVEN, FAMILY]),
        ("Seonghyeon Kim", [GIVEN, FAMILY]),
        ("周淑洁", [FAMILY, GIVEN]),
        ("김 영진", [FAMILY, GIVEN]),
        # The own name follows the family name, and is last in Vietnamese names.
        ("Smith Anna John", [FAMILY, GIVEN, UNSET]),
        ("Nguyen Van Khanh", [FAMILY, UNSET, GIVEN]),
        ("Phan Duc Duc", [FAMILY, UNSET, GIVEN]),
        ("Pham Thuy Kieu", [FAMILY, UNSET, GIVEN]),
        # Some are words of other languages, too, and two names of this order say nothing.
        ("Ta Thuy Linh", [FAMILY, UNSET, GIVEN]),
        ("Ta Thuy Nguyen", [GIVEN, UNSET, FAMILY]),
        # A chain of given names ends with one.
        ("Hodan Ahmed Mohamed", [GIVEN, UNSET, FAMILY]),
        # A family name that is in no table, or the name of a father: nobody can say.
        ("Qwzxlbv John", [GIVEN, GIVEN]),
        # Two given names keep their order.
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


def test_stated_roles_are_kept() -> None:
    batch = prepared([record("s:1", firstName="Li", lastName="John")])
    assert batch.forms.roles.tolist() == [Role.GIVEN | Lineage.OWN, Role.FAMILY]


def test_stated_and_likely_roles_share_their_lowest_bits() -> None:
    assert Role.LIKELY_GIVEN & 3 == Role.GIVEN
    assert Role.LIKELY_FAMILY & 3 == Role.FAMILY


@pytest.mark.parametrize(
    ("text", "title", "name"),
    [
        ("Supreme Leader Ann Lee", "leader", "Ann Lee"),
        ("Bolivian ex-President Ann Lee", "president", "Ann Lee"),
        ("Minister of the Interior Ann Lee", "minister", "Ann Lee"),
        ("H.E. Ann Lee", "h.e.", "Ann Lee"),
        ("Général Ann Lee", "general", "Ann Lee"),
        ("Президент Анна Ли", "президент", "Анна Ли"),
        # A word before a title is a name without the title, and a title is one without two words.
        ("Grand Lee Ann", "", "Grand Lee Ann"),
        ("Supreme Leader Lee", "", "Supreme Leader Lee"),
        ("Of Ann Lee", "", "Of Ann Lee"),
    ],
)
def test_titles_before_a_name_are_split_off(text: str, title: str, name: str) -> None:
    assert split_titles(text) == (frozenset({title} - {""}), name)
