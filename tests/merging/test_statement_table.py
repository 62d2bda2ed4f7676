"""FollowTheMoney statements, read back by the library itself."""

from __future__ import annotations

from io import BytesIO

import pyarrow as pa
import pyarrow.csv
import pytest
from followthemoney.dataset import Dataset
from followthemoney.statement import Statement, StatementEntity
from followthemoney.statement.serialize import read_csv_statements

from resolver.merging import (
    STATEMENT_COLUMNS,
    build_golden_records,
    build_merge_context,
    build_partition,
    build_statements,
    iterate_golden_records,
    iterate_merged,
    to_ftm,
)
from resolver.records import Batch, Relation, RelationType
from resolver.records.batch import IntArray
from tests.merging.merged_records import (
    country_code,
    person,
    resolved,
    rows_of,
)


def read_back(batch: Batch, labels: IntArray) -> list[Statement]:
    """Return the statements as read by the CSV reader of followthemoney."""
    buffer = BytesIO()
    pieces = list(build_statements(batch, labels, country_code=country_code))
    schema = pa.schema([(name, pa.string()) for name in STATEMENT_COLUMNS])
    with pyarrow.csv.CSVWriter(buffer, schema) as writer:
        for piece in pieces:
            writer.write_batch(piece)
    return list(read_csv_statements(BytesIO(buffer.getvalue())))


class TestStatements:
    def test_ftm_reads_statements_with_same_ids(self) -> None:
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
        read = read_back(batch, labels)
        assert all(statement.id == statement.generate_key() for statement in read)
        assert {(s.entity_id, s.prop, s.value, s.original_value, s.origin) for s in read} >= {
            ("a:1", "name", "Ali", None, "row of a:1"),
            ("b:1", "name", "ALI", None, "row of b:1"),
            ("b:1", "nationality", "sy", "Syria", "row of b:1"),
        }

    def test_statements_rebuild_the_exported_entities(self) -> None:
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
        exported = {
            e["id"]: e
            for g in build_golden_records(batch, labels, country_code=country_code)
            for e in to_ftm(g)
        }
        statements_of: dict[str, list[Statement]] = {}
        for statement in read_back(batch, labels):
            statements_of.setdefault(statement.canonical_id, []).append(statement)
        assert set(statements_of) == set(exported)
        for identity, entity_statements in statements_of.items():
            entity = StatementEntity.from_statements(
                Dataset.make({"name": "all", "title": "All"}), entity_statements
            )
            assert entity.schema.name == exported[identity]["schema"]
            rebuilt = {prop: sorted(values) for prop, values in entity.properties.items()}
            assert rebuilt == {
                prop: sorted(values) for prop, values in exported[identity]["properties"].items()
            }
            assert sorted(entity.datasets) == exported[identity]["datasets"]

    def test_statements_are_grouped_by_entity(self) -> None:
        batch, labels = resolved(
            [person(f"a:{i}", ("name", f"N{i}")) for i in range(20)], [["a:1", "a:7", "a:9"]]
        )
        entity_ids = [row["canonical_id"] for row in rows_of(batch, labels)]
        assert entity_ids == sorted(entity_ids)

    def test_golden_records_come_with_the_statements_of_the_same_entities(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch, labels = resolved(
            [person(f"a:{i}", ("name", f"N{i}"), ("name", "N")) for i in range(20)],
            [["a:1", "a:7"]],
        )
        context = build_merge_context(batch, build_partition(batch, labels), country_code)
        whole = list(iterate_golden_records(context))
        monkeypatch.setattr("resolver.merging.build_golden.VALUES_PER_CHUNK", 9)
        some = [(list(golden), rows) for golden, rows in iterate_merged(context, range(3, 15))]
        assert len(some) > 2
        assert [golden for part, _ in some for golden in part] == whole[3:15]
        for part, rows in some:
            subjects = dict.fromkeys(rows.column("canonical_id").to_pylist())
            assert list(subjects) == [golden.id for golden in part]
        stated = [row for _, rows in some for row in rows.to_pylist()]
        ids = {golden.id for golden in whole[3:15]}
        assert stated == [row for row in rows_of(batch, labels) if row["canonical_id"] in ids]
