"""Normalising knows nothing of the order of records, nor of what else is in the batch."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from resolver.records import Activity, Address, Identifier, Kind, Record, Relation, RelationType
from resolver.records.prepared.batch import Prepared
from resolver.records.prepared.ragged import Ragged
from resolver.synthetic import generate
from tests.normalize.preparing import TABLES, prepared, same
from tests.records.samples import record

FULL = record(
    "s:1",
    name="Ivan Petrov",
    birthDate=["1960", "1961-02-03"],
    birthPlace="Moscow, Russia",
    nationality="Russia",
    citizenship="de",
    country="Iran",
    gender=["male", "other"],
    phone="+49 30 123456",
    email="A@B.org",
    position="General",
    fatherName="Carl",
    identifiers=[Identifier("passportNumber", "A1-234", "fr"), Identifier("idNumber", "1234567")],
    addresses=[Address(city="Tehran", country="Iran")],
    relations=[
        Relation(RelationType.MEMBER_OF, target_name="The Gang"),
        Relation(RelationType.LINKED_TO, "t:9"),
    ],
    activities=[Activity.DRUGS],
)


def said(found: Prepared, row: int) -> dict[str, Any]:
    """All that `Prepared` holds of one record, by value."""
    dates, places, addresses, numbers = (
        found.dates,
        found.place_table,
        found.address_table,
        found.identifier_table,
    )
    fields = (dates.texts, dates.year, dates.last_year, dates.month, dates.day, dates.circa)
    return {
        "kind": int(found.kinds[row]),
        "declared": bool(found.declared[row]),
        "names": [_form(found, int(form)) for form in found.names[row]],
        "quality": found.name_quality[
            found.names.offsets[row] : found.names.offsets[row + 1]
        ].tolist(),
        "births": _rows(found.births[row], *fields),
        "starts": _rows(found.starts[row], *fields),
        "nationalities": [found.country_codes[code] for code in found.nationalities[row]],
        "countries": [found.country_codes[code] for code in found.countries[row]],
        "places": [_place(found, places, code) for code in found.birth_places[row]],
        "addresses": [_place(found, addresses, code) for code in found.addresses[row]],
        "identifiers": sorted(
            (*values[:-1], found.country_codes[values[-1]])
            for values in _rows(
                found.identifiers[row],
                numbers.texts,
                numbers.number,
                numbers.type,
                numbers.mass_used,
                numbers.country,
            )
        ),
        "gender": int(found.gender[row]),
        "plain": {
            prop: _rows(ragged[row], table.texts, table.hashes)
            for prop, (ragged, table) in found.plain.items()
        },
    }


def _rows(codes: Any, *columns: Any) -> list[tuple[Any, ...]]:
    return [tuple(column[code] for column in columns) for code in codes.tolist()]


def _place(found: Prepared, table: Any, code: int) -> tuple[Any, ...]:
    words = table.tokens[code]
    return (
        table.texts[code],
        table.normal[code],
        found.country_codes[table.country[code]],
        table.token_texts[words].tolist(),
        table.token_hashes[words].tolist(),
    )


def _form(found: Prepared, form: int) -> tuple[Any, ...]:
    tokens, forms = found.tokens, found.forms
    span = slice(forms.tokens.offsets[form], forms.tokens.offsets[form + 1])
    columns = (
        tokens.texts, tokens.hashes, tokens.phonetic, tokens.skeleton, tokens.flags, tokens.rarity_person,
        tokens.rarity_group, tokens.signature,
    )  # fmt: skip
    return (
        [(*row, tuple(tokens.symbols[code].tolist())) for code, row in zip(
            forms.tokens.items[span].tolist(), _rows(forms.tokens.items[span], *columns), strict=True
        )],
        forms.roles[span].tolist(),
        forms.joined[span].tolist(),
        forms.joined_skeleton[span].tolist(),
        forms.compact[form],
        forms.texts[form],
    )  # fmt: skip


@pytest.fixture(scope="module")
def people() -> list[Record]:
    """An invented world and a few records that are easily swayed by their neighbours."""
    return [
        *generate(260, seed=11).records,
        record("z:1", Kind.GROUP, name="Mohammed Ivan"),
        record("z:2", name="Mohammed Ivan", nationality="Iran"),
        record("z:3", Kind.LEGAL, name="Mohammed Ivan"),
        record("z:4", addresses=[Address(city="Mashhad", country="Khorasan, Iran")]),
        record("z:5", firstName=["Ann", "Bo"], lastName=["Lee", "Li"]),
        FULL,
    ]


def test_order_of_records_plays_no_part(people: list[Record]) -> None:
    wanted = prepared(people, declared=["z"])
    shuffled = list(people)
    random.Random(5).shuffle(shuffled)
    assert same(prepared(shuffled, declared=["z"]), wanted)


def test_a_record_is_the_same_alone_and_in_company(people: list[Record]) -> None:
    together = prepared(people, declared=["z"])
    for row, one in enumerate(sorted(people, key=lambda item: item.id)):
        assert said(prepared([one], declared=["z"]), 0) == said(together, row), one.id


def test_what_is_held_of_a_full_record() -> None:
    found = said(prepared([FULL], declared=["s"]), 0)
    assert found["declared"] is True
    assert [date[1:5] for date in found["births"]] == [(1960, 1960, 0, 0), (1961, 1961, 2, 3)]
    assert found["nationalities"] == ["de", "ru"]
    assert found["countries"] == ["de", "ir", "ru"]
    assert found["gender"] == 1 | 4
    assert [item[0] for item in found["identifiers"]] == ["1234567", "A1234"]
    assert [item[3] for item in found["identifiers"]] == [1, 0]
    assert [text for text, _ in found["plain"]["relation"]] == ["t:9", "the gang"]
    assert [text for text, _ in found["plain"]["email"]] == ["a@b.org"]
    assert [text for text, _ in found["plain"]["activity"]] == ["drugs"]


def test_nothing_at_all() -> None:
    found = prepared([])
    assert len(found) == len(found.names) == len(found.tokens) == 0
    assert len(prepared([record("s:1")]).names[0]) == 0


def test_tables_are_sorted_by_what_they_hold(people: list[Record]) -> None:
    found = prepared(people, tables=TABLES)
    for texts in (found.dates.texts, found.place_table.token_texts, found.plain["phone"][1].texts):
        assert texts.tolist() == sorted(texts.tolist())
    for ragged in (found.births, found.countries, found.place_table.tokens, found.tokens.symbols):
        assert isinstance(ragged, Ragged)
        assert all(np.all(np.diff(ragged[row]) > 0) for row in range(len(ragged)))


def test_a_patronymic_says_little() -> None:
    found = prepared([record("s:1", name="Ivan Zbigniewovich Marina Zbygnev")])
    rarity = dict(
        zip(found.tokens.texts.tolist(), found.tokens.rarity_person.tolist(), strict=True)
    )
    assert rarity["zbigniewovich"] == 5
    assert rarity["zbygnev"] > 7
    assert rarity["marina"] > 7
