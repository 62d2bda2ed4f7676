"""Several names in one text, and words after a name."""

from __future__ import annotations

import pytest

from resolver.lists.text.names import parse_group_name
from resolver.lists.text.repairs import (
    split_alias_list,
    split_enumeration,
    split_group_list,
    strip_following,
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("(a) Rote Front, (b) Red Front", ["Rote Front", "Red Front"]),
        ("a) Rote Front b) Red Front", ["Rote Front", "Red Front"]),
        ("Rote Front, (b), Red Front, (c) RF", ["Rote Front", "Red Front", "RF"]),
        ("Red Brigade (RB) , (g) (RB)", ["Red Brigade (RB)", "(RB)"]),
        ("Anna Muster (born (a) 1970 (b) 1971)", ["Anna Muster (born (a) 1970 (b) 1971)"]),
        ("Vitamin (B) Traders", ["Vitamin (B) Traders"]),
        ("Red Front", ["Red Front"]),
        ("(b)", ["(b)"]),
    ],
)
def test_letters_in_brackets_number_the_names(text: str, names: list[str]) -> None:
    assert split_enumeration(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ПАО ‘Банк АБВ’, ПАО ‘Абвбанк’", ["ПАО ‘Банк АБВ’", "ПАО ‘Абвбанк’"]),
        ("ЗАО ‘Сталь’, CJSC ‘Stal’", ["ЗАО ‘Сталь’", "CJSC ‘Stal’"]),
        ("АО «ПЗ «Маяк», АО «Завод «Маяк»", ["АО «ПЗ «Маяк»", "АО «Завод «Маяк»"]),
        ("Mayak LLC, Limited Liability Company “Mayak”", None),
        ("Объединённая корпорация связи, ОКС", ["Объединённая корпорация связи", "ОКС"]),
        ("АО ‘Корпорация Маяк’, КМАК", ["АО ‘Корпорация Маяк’", "КМАК"]),
        ("‘Night Owls’, ‘Owls’", ["‘Night Owls’", "‘Owls’"]),
        ("جماعة الف، جماعة باء", ["جماعة الف", "جماعة باء"]),
    ],
)
def test_whole_names_are_split(text: str, names: list[str] | None) -> None:
    assert split_group_list(text) == (names or text.split(", "))


@pytest.mark.parametrize(
    "text",
    [
        "Завод ‘Маяк’, ПАО",
        "“Mayak”, JSC",
        "State Enterprise of the City of Testville, ‘Testville seaport’",
        "АО ‘Приборы, Сервис, Торговля’",
        "Ministry of Trade, Industry and Mines",
        "Mayak Trading Co., Ltd.",
        "Foundation ‘A’ (ООО ‘Б’, ООО ‘В’)",
        "Testville Holding, LLC",
        "Mayak, ",
        ", ",
        "،",
    ],
)
def test_other_commas_split_nothing(text: str) -> None:
    assert split_group_list(text) == [text]


@pytest.mark.parametrize(
    "names",
    [
        ["Macina Front", "Katiba Macina", "FLM"],
        ["Red Front", "IRSAD", "Front of the Reds"],
        ["Suleiman Brigade", "al-Amshat", "Amshat"],
        ["9th Brigade", "Al-Kani Militia", "Kaniyat"],
        ["Raja’i Prison", "Rajai Shahr", "Rajaishahr"],
        ["Mayak Trading Co., Ltd", "Mayak Optics Co., Ltd.", "Mayak Company"],
        ["Guardians of Judea and Samaria", "Guardians of Yehuda", "Hashomer Judea and Samaria"],
    ],
)
def test_three_or_more_aliases_are_a_list(names: list[str]) -> None:
    assert split_alias_list(", ".join(names)) == names


@pytest.mark.parametrize(
    "text",
    [
        "Pribory, Service, Torgovlya",
        "Ministry of Culture, Youth and Sport",
        "Ministry of Culture, Youth, and Sport",
        "Agency for the Development, Manufacture, and Export of Products",
        "Агентство по делам Содружества, соотечественников, проживающих за рубежом",
        "Red Front, Rote Front",
        "Mayak Works, JSC, Ltd",
        "Foundation ‘Red, White, Blue’",
        "Red Front (Red, White, Blue)",
        "Red Front, , Rote Front",
        "",
    ],
)
def test_other_texts_are_no_list_of_aliases(text: str) -> None:
    assert split_alias_list(text) == [text]


def test_names_in_a_list_become_aliases() -> None:
    forms = parse_group_name("PJSC ‘Mayak Bank’ (ПАО ‘Банк Маяк’, ПАО ‘Маякбанк’)")
    assert forms.all_names() == (
        ("name", "PJSC ‘Mayak Bank’"),
        ("alias", "ПАО ‘Банк Маяк’"),
        ("alias", "ПАО ‘Маякбанк’"),
    )
    assert parse_group_name("‘Night Owls’, ‘Owls’").all_names() == (
        ("name", "Night Owls"),
        ("alias", "Owls"),
    )


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("Mayak and the following subsidiaries:", "Mayak", "and the following subsidiaries:"),
        ("Mayak Bank (including all branches) and subsidiaries", "Mayak Bank", None),
        ("Mayak, including all its branches", "Mayak", None),
        ("Mayak as well as the following companies:", "Mayak", None),
        ("Ministry of Roads and Companies", "Ministry of Roads and Companies", ""),
        ("Subsidiary Plant of Mayak", "Subsidiary Plant of Mayak", ""),
        ("and the following subsidiaries:", "and the following subsidiaries:", ""),
    ],
)
def test_words_about_subsidiaries_are_no_part_of_a_name(
    text: str, name: str, rest: str | None
) -> None:
    expected = text[len(name) :].strip(" ,") if rest is None else rest
    assert strip_following(text) == (name, expected)


def test_words_after_a_name_are_kept_as_a_note() -> None:
    forms = parse_group_name("Mayak and the following subsidiaries:")
    assert forms.all_names() == (("name", "Mayak"), ("notes", "and the following subsidiaries:"))


def test_hostile_names_take_no_time() -> None:
    for text in (
        "(b)" * 500,
        "‘" * 1_500,
        ", ‘" * 500,
        "، " * 700,
        "and the following " * 80,
        "(" * 1_500,
        "АО «" * 370,
        "a) " + "b) " * 490,
    ):
        assert split_enumeration(text)
        assert split_group_list(text)
        assert split_alias_list(text)
        assert strip_following(text)
