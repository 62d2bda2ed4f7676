"""Golden records and their way to FollowTheMoney: survivorship by stated rules, nothing lost, no order that matters."""

from __future__ import annotations

import base64
import hashlib
import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.csv
import pytest
from followthemoney import model
from followthemoney.dataset import Dataset
from followthemoney.statement import Statement, StatementEntity
from followthemoney.statement.serialize import read_csv_statements
from followthemoney.types import registry
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.merging import (
    STATEMENT_COLUMNS,
    GoldenRecord,
    entity_ids,
    golden_records,
    statements,
    to_ftm,
)
from resolver.merging.ftm.value_forms import TOPICS, forms
from resolver.records import (
    Activity,
    Address,
    Batch,
    CountryRole,
    Grade,
    Handling,
    Identifier,
    Kind,
    PartialDate,
    Record,
    Relation,
    RelationType,
    RouteCountry,
    Value,
)
from resolver.records.batch import IntArray

COUNTRIES = {"syria": "sy", "syrian arab republic": "sy", "sy": "sy", "germany": "de", "de": "de"}


def country_code(text: str) -> str | None:
    return COUNTRIES.get(text.casefold())


def person(identity: str, *said: tuple[str, str], schema: str = "Person", **more: Any) -> Record:
    kind = {"Person": Kind.PERSON, "LegalEntity": Kind.LEGAL, "Vessel": Kind.ASSET}.get(
        schema, Kind.GROUP
    )
    values = tuple(Value(prop, text, f"row of {identity}") for prop, text in said)
    return Record(identity, identity.split(":")[0], kind, schema, values, **more)


def resolved(
    records: Iterable[Record], groups: Sequence[Sequence[str]] = ()
) -> tuple[Batch, IntArray]:
    """A canonical batch and its labels, where `groups` of record ids are entities and all others stand alone."""
    batch = Batch.from_records(records).canonical()
    row_of = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    labels = np.arange(len(batch), dtype=np.int32)
    for group in groups:
        rows = [row_of[identity] for identity in group]
        labels[rows] = min(rows)
    return batch, labels


def merged(*records: Record) -> GoldenRecord:
    """The golden record of records that are all one entity."""
    batch, labels = resolved(records, [[record.id for record in records]])
    (golden,) = golden_records(batch, labels, country_code=country_code)
    return golden


def rows_of(batch: Batch, labels: IntArray) -> list[dict[str, str]]:
    found = statements(batch, labels, country_code=country_code)
    return [row for piece in found for row in piece.to_pylist()]


class TestIds:
    def test_the_id_is_the_base32_of_the_hash_of_the_smallest_record_id(self) -> None:
        batch, labels = resolved([person("b:1"), person("a:1"), person("c:1")], [["a:1", "c:1"]])
        digest = base64.b32encode(hashlib.sha256(b"a:1").digest()).decode("ascii").lower()
        other = base64.b32encode(hashlib.sha256(b"b:1").digest()).decode("ascii").lower()
        assert entity_ids(batch, labels) == [
            f"e-{digest[:20]}",
            f"e-{other[:20]}",
            f"e-{digest[:20]}",
        ]

    def test_no_records_no_ids(self) -> None:
        batch, labels = resolved([])
        assert entity_ids(batch, labels) == []
        assert list(golden_records(batch, labels, country_code=country_code)) == []
        assert rows_of(batch, labels) == []


class TestGolden:
    def test_the_most_specific_schema_and_kind_win(self) -> None:
        golden = merged(person("a:1", schema="LegalEntity"), person("b:1", schema="Person"))
        assert (golden.schema, golden.kind) == ("Person", Kind.PERSON)
        assert not golden.conflicts

    def test_schemata_that_exclude_each_other_are_marked(self) -> None:
        golden = merged(
            person("a:1", schema="PublicBody"),
            person("b:1", schema="Company"),
            person("c:1", schema="Company"),
        )
        assert golden.schema == "Company"
        assert golden.conflicts["schema"] == ("Company", "PublicBody")

    def test_an_unknown_schema_gives_way_to_the_usual_one_of_its_kind(self) -> None:
        assert merged(person("a:1", schema="Gang")).schema == "Organization"

    def test_values_equal_but_for_case_and_spaces_are_one(self) -> None:
        golden = merged(
            person("a:1", ("name", "SMITH  JOHN")),
            person("a:2", ("name", "Smith John")),
            person("b:1", ("name", "Jon")),
        )
        first, second = golden.values["name"]
        assert (first.text, first.records, first.forms) == (
            "Smith John",
            ("a:1", "a:2"),
            ("SMITH  JOHN",),
        )
        assert (second.text, second.records) == ("Jon", ("b:1",))

    def test_a_country_under_two_names_is_one_value(self) -> None:
        golden = merged(
            person("a:1", ("nationality", "Syria")),
            person("b:1", ("nationality", "Syrian Arab Republic")),
        )
        (value,) = golden.values["nationality"]
        assert (value.code, value.records) == ("sy", ("a:1", "b:1"))

    def test_the_caption_is_latin_before_better_supported(self) -> None:
        golden = merged(
            person("a:1", ("name", "محمد علي")),
            person("b:1", ("name", "محمد علي")),
            person("c:1", ("name", "M. ALI")),
        )
        assert golden.caption == "M. ALI"

    @pytest.mark.parametrize(
        ("names", "caption"),
        [
            (["Ali Hassan", "Ali Hasan", "Ali Hasan"], "Ali Hasan"),
            (["ALI HASSAN OMAR", "Ali Hasan"], "Ali Hasan"),
            (["Hassan, Ali Omar", "Ali Hasan"], "Ali Hasan"),
            (["Ali Hassan", "Ali Hasan"], "Ali Hassan"),
            (["Ali Hasen", "Ali Hasan"], "Ali Hasan"),
            (["Ali   Hasan"], "Ali Hasan"),
        ],
    )
    def test_the_caption_follows_the_rules(self, names: list[str], caption: str) -> None:
        assert (
            merged(*(person(f"s{i}:1", ("name", name)) for i, name in enumerate(names))).caption
            == caption
        )

    def test_the_caption_without_a_name(self) -> None:
        assert (
            merged(person("a:1", ("lastName", "Omar"), ("firstName", "Ali"))).caption == "Ali Omar"
        )
        assert merged(person("a:1", ("weakAlias", "The Uncle"))).caption == "The Uncle"
        assert merged(person("a:1")).caption == "a:1"

    @pytest.mark.parametrize(
        ("dates", "best"),
        [
            (["1962", "1962-05-01"], "1962-05-01"),
            (["1962-05-01~", "1962"], "1962"),
            (["1960/1965", "1962"], "1962"),
            (["1962-05-02", "1962-05-01"], "1962-05-01"),
            (["1962-05-02", "1962-05-01", "1962-05-02"], "1962-05-02"),
            (["unknown"], ""),
        ],
    )
    def test_the_best_birth_date(self, dates: list[str], best: str) -> None:
        assert (
            merged(
                *(person(f"s{i}:1", ("birthDate", date)) for i, date in enumerate(dates))
            ).birth_date
            == best
        )

    @pytest.mark.parametrize(
        ("prop", "texts", "clash"),
        [
            ("birthDate", ["1962-05-01", "1962-05-02"], True),
            ("birthDate", ["1962", "1962-05-02"], False),
            ("birthDate", ["1961", "1962-05-02"], True),
            ("birthDate", ["1961~", "1962-05-02"], False),
            ("birthDate", ["1955~", "1962-05-02"], True),
            ("birthDate", ["1960/1963", "1962-05-02"], False),
            ("gender", ["male", "M"], False),
            ("gender", ["male", "female"], True),
            ("nationality", ["Syria", "Germany"], False),
        ],
    )
    def test_what_contradicts_is_kept_and_marked(
        self, prop: str, texts: list[str], clash: bool
    ) -> None:
        golden = merged(*(person(f"s{i}:1", (prop, text)) for i, text in enumerate(texts)))
        assert golden.conflicts == ({prop: tuple(sorted(texts))} if clash else {})
        assert {
            form for value in golden.values[prop] for form in (value.text, *value.forms)
        } == set(texts)

    def test_relations_point_to_entities(self) -> None:
        tie = Relation(RelationType.MEMBER_OF, "b:9", role="treasurer")
        far = Relation(RelationType.LINKED_TO, "elsewhere:1", "Somebody")
        batch, labels = resolved(
            [
                person("a:1", relations=(tie, far)),
                person("c:2", relations=(tie,)),
                person("a:9", schema="Organization"),
                person("b:9", schema="Organization"),
            ],
            [["a:1", "c:2"], ["a:9", "b:9"]],
        )
        ids = dict(zip(batch.ids.to_pylist(), entity_ids(batch, labels), strict=True))
        goldens = {
            golden.id: golden for golden in golden_records(batch, labels, country_code=country_code)
        }
        far_found, tie_found = sorted(goldens[ids["a:1"]].relations, key=lambda item: item.target)
        assert (tie_found.target, tie_found.records) == (ids["a:9"], ("a:1", "c:2"))
        assert (far_found.target, far_found.target_record, far_found.name) == (
            "",
            "elsewhere:1",
            "Somebody",
        )


class TestFtm:
    def test_topics_are_ftm_topics(self) -> None:
        assert set(TOPICS) == {activity.value for activity in Activity}
        assert all(registry.topic.validate(topic) for topic in TOPICS.values())

    def test_what_the_schema_lacks_goes_to_a_neighbour_or_the_notes(self) -> None:
        (entity,) = to_ftm(
            merged(
                person(
                    "a:1",
                    ("nationality", "Syria"),
                    ("gender", "male"),
                    ("favouriteColour", "blue"),
                    schema="Organization",
                    identifiers=(Identifier("passportNumber", "A 123", "Syria", issued="2001"),),
                )
            )
        )
        properties = entity["properties"]
        assert properties["country"] == ["sy"]
        assert properties["registrationNumber"] == ["A 123"]
        assert {"gender: male", "favouriteColour: blue", "nationality: Syria"} <= set(
            properties["notes"]
        )
        assert "passportNumber A 123: Syria; issued 2001" in properties["notes"]

    @pytest.mark.parametrize(
        ("text", "values", "note"),
        [
            ("1962", ["1962"], None),
            ("1962-05", ["1962-05"], None),
            ("1962-05-01~", ["1962-05-01"], "birthDate: circa 1962-05-01"),
            ("1960/1965", ["1960", "1965"], "birthDate: 1960 to 1965"),
            ("1962-05-01/1962-05-09", ["1962-05"], "birthDate: 1962-05-01 to 1962-05-09"),
            ("1962-05/1962-07", ["1962"], "birthDate: 1962-05 to 1962-07"),
            ("before the war", [], "birthDate: before the war"),
        ],
    )
    def test_dates(self, text: str, values: list[str], note: str | None) -> None:
        found = forms("Person", "birthDate", text)
        assert [form.value for form in found if form.prop == "birthDate"] == values
        assert [form.value for form in found if form.prop == "notes"] == ([note] if note else [])
        assert all(registry.date.validate(value) for value in values)

    def test_an_edge_for_a_relation_that_the_schemata_allow(self) -> None:
        records = [
            person(
                "a:1",
                relations=(Relation(RelationType.LEADER_OF, "a:9", role="boss", start="2001"),),
            ),
            person("a:9", schema="Organization"),
        ]
        entities = [
            e
            for g in golden_records(*resolved(records), country_code=country_code)
            for e in to_ftm(g)
        ]
        (edge,) = [entity for entity in entities if entity["schema"] == "Directorship"]
        proxy = model.get_proxy(edge)
        ids = dict(zip(("a:1", "a:9"), entity_ids(*resolved(records)), strict=True))
        assert list(proxy.edgepairs()) == [(ids["a:1"], ids["a:9"])]
        assert (proxy.get("role"), proxy.get("startDate"), proxy.get("recordId")) == (
            ["boss"],
            ["2001"],
            ["a:1"],
        )

    def test_a_relation_that_the_schemata_forbid_is_an_unknown_link(self) -> None:
        records = [
            person("a:1", relations=(Relation(RelationType.FAMILY_OF, "a:9", role="cousin"),)),
            person("a:9", schema="Organization"),
        ]
        entities = [
            e
            for g in golden_records(*resolved(records), country_code=country_code)
            for e in to_ftm(g)
        ]
        (edge,) = [entity for entity in entities if entity["id"].startswith("r-")]
        assert edge["schema"] == "UnknownLink"
        assert edge["properties"]["role"] == ["cousin"]
        assert edge["properties"]["summary"] == ["family of"]

    def test_a_relation_without_an_entity_to_point_to_is_a_note(self) -> None:
        (entity,) = to_ftm(
            merged(
                person(
                    "a:1", relations=(Relation(RelationType.ASSOCIATE_OF, "", "Ali", "friend"),)
                ),
                person("a:2", relations=(Relation(RelationType.LINKED_TO, "a:1"),)),
            )
        )
        assert entity["properties"]["notes"] == [
            "Associate of Ali: friend",
            "Linked to a:1 (held to be the same)",
        ]

    def test_handling_and_routes_are_told(self) -> None:
        handling = Handling(
            "X", "H2", Grade("europol-4x4", "A"), None, "suspect", "analysis", "2030-01-01"
        )
        route = RouteCountry("Libya", CountryRole.TRANSIT)
        (entity,) = to_ftm(merged(person("a:1", handling=handling, routes=(route,))))
        assert set(entity["properties"]["notes"]) == {
            "Route: Libya (transit)",
            "Handling: code H2; agency X; source grade A (europol-4x4); category suspect; purpose analysis; "
            "review 2030-01-01",
        }


def read_back(batch: Batch, labels: IntArray) -> list[Statement]:
    """The statements as followthemoney's own reader of CSV files gives them."""
    buffer = BytesIO()
    pieces = list(statements(batch, labels, country_code=country_code))
    schema = pa.schema([(name, pa.string()) for name in STATEMENT_COLUMNS])
    with pyarrow.csv.CSVWriter(buffer, schema) as writer:
        for piece in pieces:
            writer.write_batch(piece)
    return list(read_csv_statements(BytesIO(buffer.getvalue())))


class TestStatements:
    def test_ftm_reads_them_and_computes_the_same_ids(self) -> None:
        batch, labels = resolved(
            [
                person(
                    "a:1", ("name", "Ali"), relations=(Relation(RelationType.MEMBER_OF, "a:9"),)
                ),
                person("b:1", ("name", "ALI"), ("nationality", "Syria"), schema="LegalEntity"),
                person("a:9", ("name", 'The "Band"'), schema="Organization"),
            ],
            [["a:1", "b:1"]],
        )
        found = read_back(batch, labels)
        assert all(statement.id == statement.generate_key() for statement in found)
        assert {(s.entity_id, s.prop, s.value, s.original_value, s.origin) for s in found} >= {
            ("a:1", "name", "Ali", None, "row of a:1"),
            ("b:1", "name", "ALI", None, "row of b:1"),
            ("b:1", "nationality", "sy", "Syria", "row of b:1"),
        }

    def test_the_entities_that_ftm_makes_of_them_are_ours(self) -> None:
        batch, labels = resolved(
            [
                person(
                    "a:1", ("name", "Ali"), relations=(Relation(RelationType.MEMBER_OF, "a:9"),)
                ),
                person("b:1", ("name", "Aly"), ("birthDate", "1960/1961"), schema="LegalEntity"),
                person("a:9", ("name", "Band"), schema="Organization"),
            ],
            [["a:1", "b:1"]],
        )
        ours = {
            e["id"]: e
            for g in golden_records(batch, labels, country_code=country_code)
            for e in to_ftm(g)
        }
        theirs: dict[str, list[Statement]] = {}
        for statement in read_back(batch, labels):
            theirs.setdefault(statement.canonical_id, []).append(statement)
        assert set(theirs) == set(ours)
        for identity, held in theirs.items():
            entity = StatementEntity.from_statements(
                Dataset.make({"name": "all", "title": "All"}), held
            )
            assert entity.schema.name == ours[identity]["schema"]
            got = {prop: sorted(values) for prop, values in entity.properties.items()}
            assert got == {
                prop: sorted(values) for prop, values in ours[identity]["properties"].items()
            }
            assert sorted(entity.datasets) == ours[identity]["datasets"]

    def test_one_entity_after_the_other(self) -> None:
        batch, labels = resolved(
            [person(f"a:{i}", ("name", f"N{i}")) for i in range(20)], [["a:1", "a:7", "a:9"]]
        )
        seen = [row["canonical_id"] for row in rows_of(batch, labels)]
        assert seen == sorted(seen)


# --- properties over generated worlds

WORDS = st.sampled_from(
    ["Ali", "ALI", "ali", "Omar", "محمد", "Иван", "O'Neil", '"Q"', "=1+1", "王", "a b", "a  b"]
)
DATES = st.one_of(
    st.dates(min_value=np.datetime64("1900-01-01").astype(object)).map(str),
    st.sampled_from(["1962", "1962-05", "1962~", "1960/1965", "1960~/1965", "unknown"]),
)
COUNTRY = st.sampled_from(["Syria", "SY", "Syrian Arab Republic", "Germany", "Atlantis"])
SAID = st.one_of(
    st.tuples(
        st.sampled_from(["name", "alias", "firstName", "position", "colour", "email"]), WORDS
    ),
    st.tuples(st.sampled_from(["birthDate", "incorporationDate"]), DATES),
    st.tuples(st.sampled_from(["nationality", "country", "flag"]), COUNTRY),
    st.tuples(st.just("gender"), st.sampled_from(["male", "F", "none"])),
)
IDENTIFIERS = st.builds(
    Identifier,
    st.sampled_from(["passportNumber", "imoNumber", "leiCode", "kppCode"]),
    st.sampled_from(["A 1", "a1", "9074729", "X" * 70]),
    st.sampled_from(["", "Syria"]),
)
ADDRESSES = st.builds(Address, full=WORDS, country=COUNTRY)
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
            *draw(st.lists(SAID, max_size=5)),
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
        [identity for identity, mine in zip(ids, owner, strict=True) if mine == group]
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
    first = list(golden_records(*resolved(records, groups), country_code=country_code))
    second = list(golden_records(*resolved(shuffled, groups[::-1]), country_code=country_code))
    assert first == second
    assert rows_of(*resolved(records, groups)) == rows_of(*resolved(shuffled, groups))


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_every_record_and_every_value_is_in_exactly_one_golden_record(
    world: tuple[list[Record], list[list[str]]],
) -> None:
    records, groups = world
    batch, labels = resolved(records, groups)
    goldens = list(golden_records(batch, labels, country_code=country_code))
    assert sorted(record for golden in goldens for record in golden.records) == sorted(
        batch.ids.to_pylist()
    )
    kept = {
        (record, prop, form)
        for golden in goldens
        for prop, values in golden.values.items()
        for value in values
        for record in value.records
        for form in (value.text, *value.forms)
    }
    said = {(record.id, value.prop, value.text) for record in records for value in record.values}
    assert said <= kept


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_statements_cover_every_value(world: tuple[list[Record], list[list[str]]]) -> None:
    records, groups = world
    batch, labels = resolved(records, groups)
    rows = rows_of(batch, labels)
    assert len({row["id"] for row in rows}) == len(rows)
    told: dict[str, str] = {}
    for row in rows:
        identity = row["entity_id"].split("/")[0]
        told[identity] = (
            f"{told.get(identity, '')}\n{row['prop']}\n{row['value']}\n{row['original_value']}"
        )
    for record in records:
        heard = told[record.id]
        for value in record.values:
            # as said, or as FtM's types write it: names unquoted, spaces squashed, dates spoken, countries as codes
            ways = (
                value.text,
                value.text.strip('"'),
                " ".join(value.text.split()),
                _spoken(value.text),
            )
            assert any(way in heard for way in (*ways, country_code(value.text) or value.text))
        for item in record.identifiers:
            assert item.number in heard or item.number.replace(" ", "") in heard
            assert item.country in heard


def _spoken(text: str) -> str:
    return text.replace("~", "").replace("/", " to ")


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_entities_are_valid_for_ftm_and_backed_by_statements(
    world: tuple[list[Record], list[list[str]]],
) -> None:
    records, groups = world
    batch, labels = resolved(records, groups)
    entities = [
        e for g in golden_records(batch, labels, country_code=country_code) for e in to_ftm(g)
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


def test_a_partial_date_is_read_back_from_its_code() -> None:
    golden = merged(person("a:1", ("birthDate", "circa 1951")))
    assert golden.values["birthDate"][0].code == str(PartialDate(1951, circa=True))


def test_names_are_loaded_when_asked_for() -> None:
    code = (
        "import sys, resolver.engines.result_files; assert 'followthemoney' not in sys.modules\n"
        "from resolver.merging import context, golden_of, partition, statements, to_ftm\n"
        "assert all(map(callable, (context, golden_of, partition, statements, to_ftm)))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
