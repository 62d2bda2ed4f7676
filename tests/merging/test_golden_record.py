"""Golden records: entity ids and survivorship."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys

import pytest

from resolver.merging import (
    assign_entity_ids,
    build_golden_records,
)
from resolver.records import Kind, Relation, RelationType
from resolver.values.dates import PartialDate
from tests.merging.merged_records import (
    country_code,
    merged,
    person,
    resolved,
    rows_of,
)

pytestmark = pytest.mark.slow


class TestIds:
    def test_id_is_base32_of_hash_of_smallest_record_id(self) -> None:
        batch, labels = resolved([person("b:1"), person("a:1"), person("c:1")], [["a:1", "c:1"]])
        digest = base64.b32encode(hashlib.sha256(b"a:1").digest()).decode("ascii").lower()
        other = base64.b32encode(hashlib.sha256(b"b:1").digest()).decode("ascii").lower()
        assert assign_entity_ids(batch, labels) == [
            f"e-{digest[:20]}",
            f"e-{other[:20]}",
            f"e-{digest[:20]}",
        ]

    def test_empty_batch_has_no_ids(self) -> None:
        batch, labels = resolved([])
        assert assign_entity_ids(batch, labels) == []
        assert list(build_golden_records(batch, labels, country_code=country_code)) == []
        assert rows_of(batch, labels) == []


class TestGolden:
    def test_most_specific_schema_and_kind_win(self) -> None:
        golden = merged(person("a:1", schema="LegalEntity"), person("b:1", schema="Person"))
        assert (golden.schema, golden.kind) == ("Person", Kind.PERSON)
        assert not golden.conflicts

    def test_exclusive_schemata_are_conflicts(self) -> None:
        golden = merged(
            person("a:1", schema="PublicBody"),
            person("b:1", schema="Company"),
            person("c:1", schema="Company"),
        )
        assert golden.schema == "Company"
        assert golden.conflicts["schema"] == ("Company", "PublicBody")

    def test_unknown_schema_becomes_default_of_kind(self) -> None:
        assert merged(person("a:1", schema="Gang")).schema == "Organization"

    def test_case_and_spaces_do_not_separate_values(self) -> None:
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

    def test_country_with_two_names_is_one_value(self) -> None:
        golden = merged(
            person("a:1", ("nationality", "Syria")),
            person("b:1", ("nationality", "Syrian Arab Republic")),
        )
        (value,) = golden.values["nationality"]
        assert (value.code, value.records) == ("sy", ("a:1", "b:1"))

    def test_latin_caption_precedes_better_supported(self) -> None:
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
    def test_caption_rules(self, names: list[str], caption: str) -> None:
        assert (
            merged(*(person(f"s{i}:1", ("name", name)) for i, name in enumerate(names))).caption
            == caption
        )

    def test_caption_without_name(self) -> None:
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
    def test_best_birth_date(self, dates: list[str], best: str) -> None:
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
    def test_contradicting_values_are_conflicts(
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
        ids = dict(zip(batch.ids.to_pylist(), assign_entity_ids(batch, labels), strict=True))
        goldens = {
            golden.id: golden
            for golden in build_golden_records(batch, labels, country_code=country_code)
        }
        far_relation, tie_relation = sorted(
            goldens[ids["a:1"]].relations, key=lambda item: item.target
        )
        assert (tie_relation.target, tie_relation.records) == (ids["a:9"], ("a:1", "c:2"))
        assert (far_relation.target, far_relation.target_record, far_relation.name) == (
            "",
            "elsewhere:1",
            "Somebody",
        )


def test_partial_date_code_round_trips() -> None:
    golden = merged(person("a:1", ("birthDate", "circa 1951")))
    assert golden.values["birthDate"][0].code == str(PartialDate(1951, circa=True))


def test_exports_are_loaded_lazily() -> None:
    code = (
        "import sys, resolver.engines.result_files; assert 'followthemoney' not in sys.modules\n"
        "from resolver.merging import build_merge_context, build_partition, build_statements\n"
        "assert all(map(callable, (build_merge_context, build_partition, build_statements)))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
