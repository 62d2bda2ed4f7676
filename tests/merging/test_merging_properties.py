"""Properties of merging over generated records: completeness, order independence, validity."""

from __future__ import annotations

import random

import numpy as np
import orjson
import pytest
from followthemoney import model
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.merging import (
    build_golden_records,
    to_ftm,
)
from resolver.records import Activity, Address, Identifier, Record, Relation, RelationType
from tests.merging.merged_records import (
    country_code,
    person,
    resolved,
    rows_of,
)

pytestmark = pytest.mark.slow


WORDS = st.sampled_from(
    ["Ali", "ALI", "ali", "Omar", "محمد", "Иван", "O'Neil", '"Q"', "=1+1", "王", "a b", "a  b"]
)


DATES = st.one_of(
    st.dates(min_value=np.datetime64("1900-01-01").astype(object)).map(str),
    st.sampled_from(["1962", "1962-05", "1962~", "1960/1965", "1960~/1965", "unknown"]),
)


COUNTRY_TEXTS = st.sampled_from(["Syria", "SY", "Syrian Arab Republic", "Germany", "Atlantis"])


STATED_VALUES = st.one_of(
    st.tuples(
        st.sampled_from(["name", "alias", "firstName", "position", "colour", "email"]), WORDS
    ),
    st.tuples(st.sampled_from(["birthDate", "incorporationDate"]), DATES),
    st.tuples(st.sampled_from(["nationality", "country", "flag"]), COUNTRY_TEXTS),
    st.tuples(st.just("gender"), st.sampled_from(["male", "F", "none"])),
)


IDENTIFIERS = st.builds(
    Identifier,
    st.sampled_from(["passportNumber", "imoNumber", "leiCode", "kppCode"]),
    st.sampled_from(["A 1", "a1", "9074729", "X" * 70]),
    st.sampled_from(["", "Syria"]),
)


ADDRESSES = st.builds(Address, full=WORDS, country=COUNTRY_TEXTS)


SCHEMATA = st.sampled_from(
    ["Person", "LegalEntity", "Organization", "Company", "Vessel", "Nonsense"]
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Record], list[list[str]]]:
    count = draw(st.integers(1, 6))
    ids = [f"s{draw(st.integers(0, 2))}:{number}" for number in range(count)]
    relations = st.builds(
        Relation,
        st.sampled_from(list(RelationType)),
        st.sampled_from([*ids, "elsewhere:1"]),
        WORDS,
        st.sampled_from(["", "boss"]),
        DATES,
    )
    records = [
        person(
            identity,
            *draw(st.lists(STATED_VALUES, max_size=5)),
            schema=draw(SCHEMATA),
            identifiers=tuple(draw(st.lists(IDENTIFIERS, max_size=2))),
            addresses=tuple(draw(st.lists(ADDRESSES, max_size=1))),
            relations=tuple(draw(st.lists(relations, max_size=2))),
            activities=tuple(draw(st.lists(st.sampled_from(list(Activity)), max_size=2))),
        )
        for identity in ids
    ]
    owner = [draw(st.integers(0, count - 1)) for _ in ids]
    groups = [
        [identity for identity, number in zip(ids, owner, strict=True) if number == group]
        for group in set(owner)
    ]
    return records, groups


@settings(max_examples=60, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_golden_records_do_not_depend_on_order(
    world: tuple[list[Record], list[list[str]]], chance: random.Random
) -> None:
    records, groups = world
    shuffled = list(records)
    chance.shuffle(shuffled)
    first = list(build_golden_records(*resolved(records, groups), country_code=country_code))
    second = list(
        build_golden_records(*resolved(shuffled, groups[::-1]), country_code=country_code)
    )
    assert first == second
    assert rows_of(*resolved(records, groups)) == rows_of(*resolved(shuffled, groups))


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_each_record_and_value_is_in_one_golden_record(
    world: tuple[list[Record], list[list[str]]],
) -> None:
    records, groups = world
    batch, labels = resolved(records, groups)
    goldens = list(build_golden_records(batch, labels, country_code=country_code))
    assert sorted(record for golden in goldens for record in golden.records) == sorted(
        batch.ids.to_pylist()
    )
    merged_values = {
        (record, prop, form)
        for golden in goldens
        for prop, values in golden.values.items()
        for value in values
        for record in value.records
        for form in (value.text, *value.forms)
    }
    stated = {(record.id, value.prop, value.text) for record in records for value in record.values}
    assert stated <= merged_values


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_statements_cover_every_value(world: tuple[list[Record], list[list[str]]]) -> None:
    records, groups = world
    batch, labels = resolved(records, groups)
    rows = rows_of(batch, labels)
    assert len({row["id"] for row in rows}) == len(rows)
    text_of: dict[str, str] = {}
    for row in rows:
        identity = row["entity_id"].split("/")[0]
        text_of[identity] = (
            f"{text_of.get(identity, '')}\n{row['prop']}\n{row['value']}\n{row['original_value']}"
        )
    for record in records:
        text = text_of[record.id]
        for value in record.values:
            # FtM types may unquote names, collapse spaces, spell out dates and encode countries.
            variants = (
                value.text,
                value.text.strip('"'),
                " ".join(value.text.split()),
                _describe(value.text),
            )
            assert any(
                variant in text for variant in (*variants, country_code(value.text) or value.text)
            )
        for item in record.identifiers:
            assert item.number in text or item.number.replace(" ", "") in text
            assert item.country in text


def _describe(text: str) -> str:
    return text.replace("~", "").replace("/", " to ")


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_entities_are_valid_and_backed_by_statements(
    world: tuple[list[Record], list[list[str]]],
) -> None:
    records, groups = world
    batch, labels = resolved(records, groups)
    entities = [
        e for g in build_golden_records(batch, labels, country_code=country_code) for e in to_ftm(g)
    ]
    assert len({entity["id"] for entity in entities}) == len(entities)
    stated: dict[tuple[str, str], set[str]] = {}
    for row in rows_of(batch, labels):
        stated.setdefault((row["canonical_id"], row["prop"]), set()).add(row["value"])
    for entity in entities:
        again = orjson.loads(orjson.dumps(entity))
        proxy = model.get_proxy(again, cleaned=False)
        assert {prop: set(v) for prop, v in proxy.properties.items()} == {
            prop: set(v) for prop, v in entity["properties"].items()
        }
        for prop, values in entity["properties"].items():
            assert set(values) <= stated[entity["id"], prop]
