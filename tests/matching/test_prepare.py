"""Normalization depends neither on the order of records nor on the rest of the batch."""

from __future__ import annotations

import random
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resolver.matching.preparation import (
    has_all_values,
    prepare,
    prepare_again,
    prepare_with_values,
)
from resolver.records import (
    Activity,
    Address,
    Batch,
    Identifier,
    Kind,
    Record,
    Relation,
    RelationType,
)
from resolver.records.prepared.batch import PreparedBatch, Ragged, build_profiles
from resolver.world import generate
from tests.check_process import run_check
from tests.matching.preparing import TABLES, lookup, prepared, same
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


def record_values(batch: PreparedBatch, row: int) -> dict[str, Any]:
    """Return all that a prepared batch has of one record, by value."""
    dates, places, addresses, numbers = (
        batch.dates,
        batch.place_table,
        batch.address_table,
        batch.identifier_table,
    )
    fields = (dates.texts, dates.year, dates.last_year, dates.month, dates.day, dates.circa)
    return {
        "kind": int(batch.kinds[row]),
        "declared": bool(batch.is_deduplicated[row]),
        "names": [_form(batch, int(form)) for form in batch.names[row]],
        "quality": batch.name_quality[
            batch.names.offsets[row] : batch.names.offsets[row + 1]
        ].tolist(),
        "births": _rows(batch.births[row], *fields),
        "starts": _rows(batch.starts[row], *fields),
        "nationalities": [batch.country_codes[code] for code in batch.nationalities[row]],
        "countries": [batch.country_codes[code] for code in batch.countries[row]],
        "linked": [batch.country_codes[code] for code in batch.linked_countries[row]],
        "places": [_place(batch, places, code) for code in batch.birth_places[row]],
        "addresses": [_place(batch, addresses, code) for code in batch.addresses[row]],
        "identifiers": sorted(
            (*values[:-1], batch.country_codes[values[-1]])
            for values in _rows(
                batch.identifiers[row],
                numbers.texts,
                numbers.number,
                numbers.type,
                numbers.mass_used,
                numbers.country,
            )
        ),
        "gender": int(batch.gender[row]),
        "plain": {
            prop: _rows(ragged[row], table.texts, table.hashes)
            for prop, (ragged, table) in batch.plain.items()
        },
    }


def _rows(codes: Any, *columns: Any) -> list[tuple[Any, ...]]:
    return [tuple(column[code] for column in columns) for code in codes.tolist()]


def _place(batch: PreparedBatch, table: Any, code: int) -> tuple[Any, ...]:
    words = table.tokens[code]
    return (
        table.texts[code],
        table.normal[code],
        batch.country_codes[table.country[code]],
        table.token_texts[words].tolist(),
        table.token_hashes[words].tolist(),
    )


def _form(batch: PreparedBatch, form: int) -> tuple[Any, ...]:
    tokens, forms = batch.tokens, batch.forms
    span = slice(forms.tokens.offsets[form], forms.tokens.offsets[form + 1])
    columns = (
        tokens.texts,
        tokens.hashes,
        tokens.phonetic,
        tokens.skeleton,
        tokens.flags,
        tokens.rarity_person,
        tokens.rarity_group,
        tokens.signature,
    )
    return (
        [
            (*row, tuple(tokens.symbols[code].tolist()))
            for code, row in zip(
                forms.tokens.items[span].tolist(),
                _rows(forms.tokens.items[span], *columns),
                strict=True,
            )
        ],
        forms.roles[span].tolist(),
        forms.joined[span].tolist(),
        forms.joined_skeleton[span].tolist(),
        forms.compact[form],
        forms.texts[form],
    )


@pytest.fixture(scope="module")
def people() -> list[Record]:
    """Return generated records, and a few that other records could easily influence."""
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
    expected = prepared(people, deduplicated=["z"])
    shuffled = list(people)
    random.Random(5).shuffle(shuffled)
    assert same(prepared(shuffled, deduplicated=["z"]), expected)


def test_a_record_does_not_depend_on_others(people: list[Record]) -> None:
    together = prepared(people, deduplicated=["z"])
    for row, first in enumerate(sorted(people, key=lambda item: item.id)):
        assert record_values(prepared([first], deduplicated=["z"]), 0) == record_values(
            together, row
        ), first.id


def profiles_of(batch: Batch, count: int, seed: int) -> Batch:
    """Return profiles of the records of a batch, dealt at random."""
    owner = np.random.default_rng(seed).permutation(np.arange(len(batch)) % count)
    return build_profiles(batch, owner, [f"{place:04d}" for place in range(count)])


@pytest.mark.parametrize("count", [2, 60, 200])
def test_profiles_are_normalized_by_the_values_of_their_records(
    people: list[Record], count: int
) -> None:
    persons = [item for item in people if item.kind == Kind.PERSON]
    batch = Batch.from_records([*persons, FULL]).canonical()
    _, values = prepare_with_values(batch, TABLES, lookup)
    assert values is not None
    profiles = profiles_of(batch, count, seed=count)
    assert has_all_values(profiles, values)
    again, anew = prepare_again(profiles, values), prepare(profiles.canonical(), TABLES, lookup)
    for row in range(count):
        assert record_values(again, row) == record_values(anew, row)


def test_names_are_read_anew_where_kinds_exclude_each_other(people: list[Record]) -> None:
    """A profile of a person and a group has names that were read in one way only."""
    batch = Batch.from_records(people).canonical()
    _, values = prepare_with_values(batch, TABLES, lookup)
    assert values is not None
    assert has_all_values(batch, values)
    assert not has_all_values(profiles_of(batch, 5, seed=1), values)
    single = Batch.from_records([record("s:1", name="Ann Lee")])
    assert prepare_with_values(single, TABLES, lookup)[1] is None


def test_parts_of_a_name_that_only_others_have_are_read_anew() -> None:
    records = [
        record("s:1", name="Ann Lee", firstName="Ann"),
        record("s:2", Kind.GROUP, name="Lee", lastName="Lee"),
    ]
    batch = Batch.from_records(records).canonical()
    _, values = prepare_with_values(batch, TABLES, lookup)
    assert values is not None
    person = replace(profiles_of(batch, 1, seed=1), kinds=np.array([1], dtype=np.uint8))
    assert not has_all_values(person, values)


def test_what_is_held_of_a_full_record() -> None:
    batch = record_values(prepared([FULL], deduplicated=["s"]), 0)
    assert batch["declared"] is True
    assert [date[1:5] for date in batch["births"]] == [(1960, 1960, 0, 0), (1961, 1961, 2, 3)]
    assert batch["nationalities"] == ["de", "ru"]
    assert batch["countries"] == batch["linked"] == ["de", "ir", "ru"]
    assert batch["gender"] == 1 | 4
    assert [item[0] for item in batch["identifiers"]] == ["1234567", "A1234"]
    assert [item[3] for item in batch["identifiers"]] == [1, 0]
    assert [text for text, _ in batch["plain"]["relation"]] == ["t:9", "the gang"]
    assert [text for text, _ in batch["plain"]["email"]] == ["a@b.org"]
    assert [text for text, _ in batch["plain"]["activity"]] == ["drugs"]


def test_countries_of_programs_are_linked_but_not_stated() -> None:
    records = [
        record("s:1", name="Ann Lee", country="Iran", program="SYRIA-EO13894"),
        record("s:2", name="Ann Lee", programId="EU-SYR", program=["Iran", "SDGT"]),
        record("s:3", name="Ann Lee"),
    ]
    values = [record_values(prepared(records), row) for row in range(3)]
    assert [item["countries"] for item in values] == [["ir"], [], []]
    assert [item["linked"] for item in values] == [["ir", "sy"], ["ir", "sy"], []]


def check_processes() -> None:
    """Check that two processes give the normal forms of one."""
    # the package has a function of this name
    module: Any = import_module("resolver.matching.preparation")
    module._MIN_PARALLEL = 1
    batch = Batch.from_records([FULL, *generate(300).records]).canonical()
    whole = module.prepare(batch, TABLES, lookup, ["s"])
    split = module.prepare(batch, TABLES, lookup, ["s"], workers=2)
    assert same(whole, split)


def test_processes_do_not_change_the_result(root: Path) -> None:
    run_check(check_processes, root)


def test_nothing_at_all() -> None:
    batch = prepared([])
    assert len(batch) == len(batch.names) == len(batch.tokens) == 0
    assert len(prepared([record("s:1")]).names[0]) == 0


def test_tables_are_sorted_by_what_they_hold(people: list[Record]) -> None:
    batch = prepared(people, tables=TABLES)
    for texts in (batch.dates.texts, batch.place_table.token_texts, batch.plain["phone"][1].texts):
        assert texts.tolist() == sorted(texts.tolist())
    for ragged in (batch.births, batch.countries, batch.place_table.tokens, batch.tokens.symbols):
        assert isinstance(ragged, Ragged)
        assert all(np.all(np.diff(ragged[row]) > 0) for row in range(len(ragged)))


def test_a_patronymic_says_little() -> None:
    batch = prepared([record("s:1", name="Ivan Zbigniewovich Marina Zbygnev")])
    rarity = dict(
        zip(batch.tokens.texts.tolist(), batch.tokens.rarity_person.tolist(), strict=True)
    )
    assert rarity["zbigniewovich"] == 5
    assert rarity["zbygnev"] > 7
    assert rarity["marina"] > 7
