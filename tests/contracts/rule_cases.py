"""Records that each blocking rule joins, and records that it does not."""

from __future__ import annotations

from resolver.records import Address, Identifier, Kind, Record
from tests.records.samples import record

CASES: dict[str, tuple[Record, Record, Record]] = {
    "name_set": (
        record("a", name="Ann Lee"),
        record("b", alias="LEE, Ann"),
        record("c", name="Ann Lee Smith"),
    ),
    "skeleton_set": (
        record("a", name="Muhammad Yusuf"),
        record("b", name="Mohamed Yousef"),
        record("c", name="Mohamed Ali"),
    ),
    "phonetic_pair": (
        record("a", name="John Smith Carter"),
        record("b", name="Smyth, Jon"),
        record("c", name="John Carlson"),
    ),
    "skeleton_pair": (
        record("a", name="Husayn Qadir Ali"),
        record("b", name="Kader Hussein"),
        record("c", name="Husayn Omar"),
    ),
    "rare_token": (
        record("a", Kind.GROUP, name="Zbigniew Brzezinski"),
        record("b", Kind.GROUP, name="Brzezinski"),
        record("c", Kind.GROUP, name="Zbigniev Kowalski"),
    ),
    "rare_phonetic": (
        record("a", name="Brzezinski"),
        record("b", name="Brzezinsky Karl"),
        record("c", name="Smith"),
    ),
    "symbol_pair": (
        record("a", name="Ivan Alexander"),
        record("b", name="Iskander Иван"),
        record("c", name="Ivan Giovanni"),
    ),
    "cross_script": (
        record("a", name="Clara Whitfield"),
        record("b", name="克拉拉·惠特菲尔德"),
        record("c", name="Clara Weatherby"),
    ),
    "token_year": (
        record("a", name="John Smith", birthDate="1960"),
        record("b", name="Jon Carter", birthDate="1961~"),
        record("c", name="John Smith", birthDate="1963"),
    ),
    "skeleton_year": (
        record("a", name="Husayn A", birthDate="1960"),
        record("b", name="Hussein B", birthDate="1958/1964"),
        record("c", name="Hussein B"),
    ),
    "birth_day": (
        record("a", name="Ann", birthDate="1960-05-04"),
        record("b", name="Bob", birthDate="1960-04-05"),
        record("c", name="Ann", birthDate="1960-05-05"),
    ),
    "word_day": (
        record("a", name="Husayn A", birthDate="1960-05-04"),
        record("b", name="Hussein", birthDate="1960-04-05"),
        record("c", name="Bob Carter", birthDate="1960-05-04"),
    ),
    "initials_day": (
        record("a", name="Ann Lee", birthDate="1960-05-04"),
        record("b", name="Anna Li", birthDate="1960-05-04"),
        record("c", name="Ann Roe", birthDate="1960-05-04"),
    ),
    "pair_month_day": (
        record("a", name="John Smith", birthDate="1960-05-04"),
        record("b", name="Smyth Jon", birthDate="1975-05-04"),
        record("c", name="John Smith", birthDate="1960-05-05"),
    ),
    "token_month_day": (
        record("a", name="Husayn A", birthDate="1960-05-04"),
        record("b", name="Hussein", birthDate="1975-05-04"),
        record("c", name="Hussein", birthDate="1975-04-05"),
    ),
    "place_day": (
        record("a", name="Ann", birthDate="1960-05-04", birthPlace="Kabul"),
        record("b", name="Bob", birthDate="1960-04-05", addresses=[Address(city="Kabul")]),
        record("c", name="Ann", birthDate="1960-05-04", birthPlace="Herat"),
    ),
    "suffix_month_day": (
        record("a", name="Stone", birthDate="1960-05-04"),
        record("b", name="Atone", birthDate="1975-05-04"),
        record("c", name="Stone", birthDate="1975-04-05"),
    ),
    "token_day": (
        record("a", name="John Smith", birthDate="1960-05-04"),
        record("b", name="Smyth", birthDate="1975-07-04"),
        record("c", name="John Smith", birthDate="1960-05-05"),
    ),
    "suffix_pair": (
        record("a", name="John Stone Weaver"),
        record("b", name="Beaver Atone"),
        record("c", name="Stone Carter"),
    ),
    "place_year": (
        record("a", name="Ann", birthDate="1960", birthPlace="Kabul"),
        record("b", name="Bob", birthDate="1961~", birthPlace="Old Kabul"),
        record("c", name="Ann", birthDate="1963", birthPlace="Kabul"),
    ),
    "place_month_day": (
        record("a", name="Ann", birthDate="1960-05-04", birthPlace="Kabul"),
        record("b", name="Bob", birthDate="1975-05-04", birthPlace="Kabul"),
        record("c", name="Ann", birthDate="1960-04-05", birthPlace="Kabul"),
    ),
    "prefix_place": (
        record("a", name="Christopher", birthPlace="Kabul"),
        record("b", name="Chris Roe", birthPlace="Kabul"),
        record("c", name="Chris", birthPlace="Herat"),
    ),
    "suffix_place": (
        record("a", name="Stone", birthPlace="Kabul"),
        record("b", name="Ann Atone", birthPlace="Kabul"),
        record("c", name="Stone", birthPlace="Herat"),
    ),
    "symbol_place": (
        record("a", name="Ivan A", birthPlace="Kabul"),
        record("b", name="Giovanni", birthPlace="Kabul"),
        record("c", name="Ivan", birthPlace="Herat"),
    ),
    "address_initial": (
        record("a", name="Ann", addresses=[Address(postal_code="KT6 7RJ")]),
        record("b", name="Roe A.", addresses=[Address(postal_code="kt6 7rj")]),
        record(
            "c", name="Ann", addresses=[Address(postal_code="KT6 8RJ"), Address(city="Surbiton")]
        ),
    ),
    "mailbox": (
        record("a", email="ann.lee@b.org"),
        record("b", email="Ann.Lee@c.org"),
        record("c", email="ann@b.org"),
    ),
    "prefix_pair": (
        record("a", name="Christopher Robinson"),
        record("b", name="Robin Christos"),
        record("c", name="Chris Smith"),
    ),
    "token_place": (
        record("a", name="Husayn A", birthPlace="Kabul"),
        record("b", name="Hussein", addresses=[Address(city="Kabul")]),
        record("c", name="Hussein", birthPlace="Herat"),
    ),
    "name_place": (
        record("a", name="Ann Lee", birthPlace="Old Kabul"),
        record("b", name="Lee Ann", birthPlace="Kabul City"),
        record("c", name="Lee Ann", birthPlace="Herat"),
    ),
    "identifier": (
        record("a", identifiers=[Identifier("passportNumber", "A-123")]),
        record("b", identifiers=[Identifier("idNumber", "a123", "fr")]),
        record("c", identifiers=[Identifier("passportNumber", "1234567")]),
    ),
    "contact": (
        record("a", phone="+49 30 123456"),
        record("b", phone="+4930123456"),
        record("c", email="a@b.org"),
    ),
    "acronym": (
        record("a", Kind.GROUP, name="Red River Gang Northern"),
        record("b", Kind.GROUP, name="RRGN"),
        record("c", Kind.GROUP, name="Northern"),
    ),
}
"""Per rule two records that it joins, and one that it joins with neither."""
