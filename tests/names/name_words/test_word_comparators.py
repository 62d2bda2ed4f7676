"""Comparators of single words of names: acronyms, parts of groups, qualifiers, numbers, places."""

from __future__ import annotations

import numpy as np
import pytest

from resolver.data import load_rows
from resolver.matching.comparators import COMPARATOR_BY_NAME
from resolver.names.context import Context
from resolver.names.kernels.word_sets import TYPE_CLASS, UNIT_CLASS
from resolver.names.name_index import NameIndex
from resolver.names.qualifiers import CLASS_BITS, MAX_CODE, initial_bits, qualifier_code
from resolver.records import Kind
from tests.matching.preparing import prepared
from tests.records.samples import record

NONE = float("nan")


def compare(feature: str, name: str, other: str, kind: Kind = Kind.GROUP) -> float:
    """Return the similarity of two names, the same in either order."""
    batch = prepared([record("s:1", kind, name=name), record("s:2", kind, name=other)])
    rows = np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32)
    values = [
        COMPARATOR_BY_NAME[feature].compare(Context(batch, NameIndex.of(batch), left, right, True))[
            0
        ]
        for left, right in (rows, rows[::-1])
    ]
    np.testing.assert_equal(values[0], values[1])
    return float(values[0])


@pytest.mark.parametrize(
    ("short", "long", "grade"),
    [
        ("RRGN", "Red River Gang Northern", 1.0),
        ("RRG-NC", "Red River Gang - Northern Camp", 1.0),
        ("RRG/A", "Red River Gang/Assembly", 1.0),
        ("RR San Telmo", "Red River San Telmo", 1.0),
        ("Redriga", "Red River Gazette", 1.0),
        ("RRG Corp", "Red River Gang", 1.0),
        ("RRG", "Red River Gang of Peru", 1.0),
        ("GRN", "Northern River Gang", 0.3),
        ("RNG", "Northern River Gang", 0.25),
        ("GRNZ", "Northern River Gang Zeta", 0.5),
        ("MER", "Red Mountain Army", 0.2),
        ("EMR", "Red Mountain Army", 0.3),
        ("FER", "Army of Red Front", 0.2),
        ("EFR", "Army of Red Front", 0.3),
        ("FRE", "Army of Red Front", 0.3),
        ("JRM", "Army Red Mountain", 0.7),
        ("PRN", "First River Nation", 0.7),
        ("JRH", "Republican River People", 0.7),
        ("Riverredgang", "Red Gang River", 0.95),
        ("REG", "Red e Gang", 1.0),
        ("RRG Norvelt GmbH", "Red River Gang Corporation", 1.0),
        ("RR", "Red River", NONE),
        ("Norvelt Front", "Norvelt National Front", NONE),
        ("Red Gang", "Red River Gang", NONE),
        ("Red River Gang", "Red River Gang", NONE),
        ("XYZ", "Red River Gang", NONE),
    ],
)
def test_abbreviated_names(short: str, long: str, grade: float) -> None:
    np.testing.assert_allclose(compare("acronym", short, long), grade, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "other", "expected"),
    [
        ("Red Front - Adan faction", "Red Front - Adan wing", 1.0),
        ("Red Front - Adan faction", "Red Front - Bilal faction", 0.0),
        ("Red Front - Adan Musa faction", "Red Front - Adan Bilal faction", 0.25),
        ("RLF - Adan Adan", "RLF - Adan Musa", 0.25),
        ("RLF - AM", "RLF - Adan Musa", 1.0),
        ("RLF - K", "RLF - Adan Musa", 0.0),
        ("RLF - AM", "Liberation Army - Bilal faction", NONE),
        ("Red Army - Adan faction", "Green Front", NONE),
        ("Red Front - Adan faction", "Red Front", 0.0),
        ("Red Front", "Red Front", NONE),
    ],
)
def test_parts_of_groups(name: str, other: str, expected: float) -> None:
    np.testing.assert_equal(compare("faction", name, other), expected)


@pytest.mark.parametrize(
    ("name", "other", "expected"),
    [
        ("Norvelt National Front", "Norvelt National Front", 1.0),
        ("Norvelt National Front", "Norvelt National Salvation Front", 0.3),
        ("Norvelt Kestrel National Front", "Norvelt Ostrava National Salvation Front", 0.5),
        ("Norvelt Defense", "Norvelt Defense Forces", 0.6),
        ("Norvelt", "Norvelt Movement", 0.6),
        ("Norvelt University", "Norvelt Oil University", 0.5),
        ("National Front", "Norvelt National Front", 0.2),
        ("National Front", "Norvelt Islamic National Front", 0.2),
        ("National Front", "National Front of France", 0.2),
        ("Front for Norvelt Democracy", "Norvelt Democratic Front", 1.0),
        ("Norvelt University", "Norvelt University School of Law", 0.7),
        ("Norvelt University", "Norvelt Technical University", 0.15),
        ("Norvelt University", "University of Norvelt", 0.34),
        ("Norvelt University Sydney", "University of Sydney", 0.2),
        ("Sydney Norvelt University", "Sydney University", 1.0),
        ("University of Norvelt", "University of Ostrava", 1.0),
        ("Norvelt University", "Norvelt University Hospital", 0.15),
        ("Norvelt University", "Norvelt Research University", 0.5),
        ("Norvelt Bank", "Norvelt State Bank", 0.6),
        ("Norvelt University", "Norvelt State University", 0.15),
        ("Norvelt Democratic Front", "Norvelt Islamic Front", 0.0),
        ("Norvelt", "Norvelt Insurance", 0.4),
        ("Norvelt Company", "Norvelt Holding", NONE),
        ("Norvelt Corp", "Norvelt", NONE),
        ("Norvelt Corps", "Norvelt", 0.6),
        ("Norvelt National Front", "Ostrava", NONE),
    ],
)
def test_qualifiers(name: str, other: str, expected: float) -> None:
    np.testing.assert_allclose(compare("qualifier", name, other), expected, rtol=1e-6)


def test_a_v_of_a_company_is_no_number() -> None:
    assert np.isnan(compare("numbers", "Norvelt V", "Norvelt"))
    assert compare("numbers", "Norvelt V", "Norvelt", Kind.ASSET) == 0.5
    assert compare("numbers", "Norvelt II", "Norvelt") == 0.5


def test_one_more_place_is_less_than_the_same_places() -> None:
    assert compare("places_named", "Norvelt Iran", "Norvelt Iran") == 1
    assert compare("places_named", "Norvelt Iran France", "Norvelt Iran") == 0.75


def test_the_place_behind_an_institution_tells_it_from_those_of_its_other_places() -> None:
    alabama, seat = "University of Alabama at Birmingham", "University of Birmingham"
    assert compare("branch", alabama, seat) == compare("places_named", alabama, seat) == 0.25
    assert compare("branch", alabama, "University of Alabama") == pytest.approx(0.35)
    assert compare("branch", "University of Ostrava", "University of Ostrava, Iran") == 0.5
    assert compare("places_named", alabama, "University of Alabama") == 0.75
    assert compare("branch", "University of Alabama", "The University of Alabama") == 1
    assert compare("branch", "Alabama Birmingham Norvelt", "Birmingham Norvelt") == 1
    assert compare("branch", "Norvelt of Alabama, Birmingham", "Norvelt Birmingham") == 1


def test_initials_of_a_word_in_several_languages() -> None:
    bits = initial_bits("army")
    assert [chr(97 + bit) for bit in range(26) if bits >> bit & 1] == list("aehjlost")
    assert initial_bits("\u0436") == 0


def test_codes_of_qualifiers() -> None:
    unit, plain = qualifier_code("departments"), qualifier_code("medical")
    assert unit == qualifier_code("department") != plain
    assert int(CLASS_BITS[UNIT_CLASS, unit >> 6]) >> (unit & 63) & 1
    assert not int(CLASS_BITS[UNIT_CLASS, plain >> 6]) >> (plain & 63) & 1
    assert not int(CLASS_BITS[TYPE_CLASS, unit >> 6]) >> (unit & 63) & 1
    assert int(CLASS_BITS[TYPE_CLASS, plain >> 6]) >> (plain & 63) & 1
    assert qualifier_code("technology") == qualifier_code("technologies") <= MAX_CODE
    assert qualifier_code("holding") == 0
    assert qualifier_code("democracy") == qualifier_code("democratic")
    misspelt = ("techonology", "tchnology", "technollogy", "technolagy", "techmology")
    assert {*map(qualifier_code, misspelt)} == {qualifier_code("technology")}
    assert qualifier_code("nechnology") == qualifier_code("norvelt") == 0
    words = [word for _, word, _ in load_rows("group_qualifiers")]
    assert 0 < min(map(qualifier_code, words)) < max(map(qualifier_code, words)) <= MAX_CODE
