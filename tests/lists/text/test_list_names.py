"""Names of lists: order, items of a cell, and variants."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.lists.text.list_names import (
    match_key,
    parse_family_first,
    script_of,
    split_items,
    split_suffix,
)
from resolver.lists.text.names import MAX_VARIANTS, parse_group_name, parse_person_name


def test_family_first_is_turned_around() -> None:
    name = parse_family_first("VON TEST, Dr. Anna Maria, Jr.")
    assert (name.full, name.given_name, name.family, name.suffix, name.title) == (
        "Anna Maria VON TEST Jr.",
        "Anna Maria",
        "VON TEST",
        "Jr.",
        "Dr.",
    )
    assert parse_family_first("ABU EXAMPLE").full == "ABU EXAMPLE"
    assert parse_family_first("TEST, JR., Samuel").full == "Samuel TEST JR."
    assert split_suffix("ABEL TEST, JR.") == ("ABEL TEST", "JR.")


def test_match_keys_ignore_order_case_and_marks() -> None:
    assert match_key("TESTOV, Ivan") == match_key("Ivan Testov.")
    assert match_key("TEST TRADING, S.A.") == match_key("TEST TRADING, S.A")
    assert match_key("TESTOV, Ivan") != match_key("TESTOV, Iwan")


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("One; Two", ["One", "Two"]),
        ('"One; with more"; Two', ["One; with more", "Two"]),
        ("One (a; b); Two", ["One (a; b)", "Two"]),
        ("One;; ", ["One"]),
        ('"(a) 1; (b) 2"', ["(a) 1; (b) 2"]),
        ("", []),
    ],
)
def test_items_of_a_cell(cell: str, items: list[str]) -> None:
    assert split_items(cell) == items


def test_scripts() -> None:
    assert [script_of(text) for text in ("Test", "Тест", "اختبار", "서", "12", "")] == [
        "LATIN",
        "CYRILLIC",
        "ARABIC",
        "HANGUL",
        "",
        "",
    ]


PERSONS = [
    ("Ivan Petrovich TESTOV", [("name", "Ivan Petrovich TESTOV")]),
    ("Ivan (Iwan) TESTOV", [("name", "Ivan TESTOV"), ("alias", "Iwan TESTOV")]),
    (
        "Ivan (a.k.a. Iwan, Iven) TESTOV",
        [("name", "Ivan TESTOV"), ("alias", "Iwan TESTOV"), ("alias", "Iven TESTOV")],
    ),
    ("Olga TESTOVA (PROBOVA)", [("name", "Olga TESTOVA"), ("alias", "Olga PROBOVA")]),
    ("Olga TESTOVA (born PROBOVA)", [("name", "Olga TESTOVA"), ("previousName", "Olga PROBOVA")]),
    ("Olga TESTOVA (Ольга ТЕСТОВА)", [("name", "Olga TESTOVA"), ("alias", "Ольга ТЕСТОВА")]),
    ("Olga TESTOVA Ольга ТЕСТОВА", [("name", "Olga TESTOVA"), ("alias", "Ольга ТЕСТОВА")]),
    (
        "Olga TESTOVA (Russian: Ольга ТЕСТОВА)",
        [("name", "Olga TESTOVA"), ("alias", "Ольга ТЕСТОВА")],
    ),
    ("Olga TESTOVA or Olha TESTOWA", [("name", "Olga TESTOVA"), ("alias", "Olha TESTOWA")]),
    ("Olga TESTOVA / Olha TESTOVA", [("name", "Olga TESTOVA"), ("alias", "Olha TESTOVA")]),
    ("Olga/Olha TESTOVA", [("name", "Olga TESTOVA"), ("alias", "Olha TESTOVA")]),
    ("Noah TESTER Noa TESTAR", [("name", "Noah TESTER"), ("alias", "Noa TESTAR")]),
    ("Ali TEST (a.k.a. Tiger)", [("name", "Ali TEST"), ("weakAlias", "Tiger")]),
    ("Ali TEST a.k.a. ‘The Tiger’", [("name", "Ali TEST"), ("weakAlias", "The Tiger")]),
    ("Major General Ali TEST", [("name", "Ali TEST"), ("title", "Major General")]),
    ("TEST, Ali", [("name", "Ali TEST")]),
    ("Test, Ali, Maulavi (Governor of Sample Province)", None),
    ("Ali Test (formerly listed as)", [("name", "Ali Test"), ("notes", "formerly listed as")]),
    ("Ehab, Iehab", [("name", "Ehab"), ("alias", "Iehab")]),
    (
        "Ali TEST, Aly TEST, Eli TEST",
        [("name", "Ali TEST"), ("alias", "Aly TEST"), ("alias", "Eli TEST")],
    ),
    ("Korean:", []),
]


@pytest.mark.parametrize(("text", "expected"), PERSONS)
def test_persons_names_are_parsed(text: str, expected: list[tuple[str, str]] | None) -> None:
    forms = list(parse_person_name(text).all_names())
    if expected is None:
        expected = [
            ("name", "Ali Test"),
            ("title", "Maulavi"),
            ("notes", "Governor of Sample Province"),
        ]
    assert sorted(forms) == sorted(expected)


GROUPS = [
    ("Bureau of Samples (BOS)", [("name", "Bureau of Samples"), ("abbreviation", "BOS")]),
    ("Sample Bank (Pakistan)", [("name", "Sample Bank (Pakistan)")]),
    ("Sample Society (Ethiopia branch)", [("name", "Sample Society (Ethiopia branch)")]),
    ("Sample Bank (Joint Stock Company)", [("name", "Sample Bank (Joint Stock Company)")]),
    ("Samplex (Federal Sample Works)", [("name", "Samplex"), ("alias", "Federal Sample Works")]),
    ("JSC ‘SAMPLE’ (АО ‘ОБРАЗЕЦ’)", [("name", "JSC ‘SAMPLE’"), ("alias", "АО ‘ОБРАЗЕЦ’")]),
    ("Sample Oil (a.k.a. Test Oil)", [("name", "Sample Oil"), ("alias", "Test Oil")]),
    (
        "Sample Oil (formerly known as Test Oil)",
        [("name", "Sample Oil"), ("previousName", "Test Oil")],
    ),
    (
        "Guard of Samples (GOS) Corps North",
        [("name", "Guard of Samples Corps North"), ("alias", "GOS Corps North")],
    ),
    (
        "FIRST WORKS (FW) ; SECOND WORKS",
        [("name", "FIRST WORKS"), ("alias", "SECOND WORKS"), ("abbreviation", "FW")],
    ),
    ("АО «Образец» (АО «ОБР»)", [("name", "АО «Образец»"), ("alias", "АО «ОБР»")]),
    ("Test Song 2", [("name", "Test Song 2")]),
    ("Test Song (Proba 2)", [("name", "Test Song"), ("alias", "Proba 2")]),
    ("LEADER (HONG KONG) INTERNATIONAL", [("name", "LEADER (HONG KONG) INTERNATIONAL")]),
]


@pytest.mark.parametrize(("text", "expected"), GROUPS)
def test_groups_names_are_parsed(text: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(parse_group_name(text).all_names()) == sorted(expected)


MARKED = st.text(st.sampled_from("abcABC ()‘’,;/.-–а́БЖاب kornfeda1"), max_size=60)


@given(st.one_of(st.text(max_size=60), MARKED))
def test_any_text_can_be_parsed_as_a_name(text: str) -> None:
    for forms in (parse_person_name(text), parse_group_name(text)):
        names = forms.all_names()
        assert len(names) == len(set(names))
        assert all(name and name == name.strip() for _, name in names)
    assert len(parse_person_name(text).all_names()) <= 3 * MAX_VARIANTS


@given(MARKED)
def test_items_lose_no_letters(cell: str) -> None:
    letters = "".join(split_items(cell))
    assert sorted(char for char in letters if char.isalnum()) == sorted(
        char for char in cell if char.isalnum()
    )
