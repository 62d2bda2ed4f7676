"""Real lists, if their files are available: counts, unread parts, and invariants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from resolver.lists.formats import eu_journal, ofac, un_sc, us_export_lists
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import (
    Item,
    ListUnit,
    LocatedRecord,
    ReaderRow,
    Reject,
)
from resolver.lists.readers import detect_format
from resolver.records import Identifier, Record, kind_of_schema
from resolver.records.properties import DATES, IDENTIFIER_SET
from resolver.values.dates import parse_date

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def raw(shared_data: Path) -> Path:
    return shared_data / "raw"


def read(row: ReaderRow, paths: Iterable[Path]) -> tuple[list[Record], list[Reject]]:
    files = tuple(SourceFile(path) for path in paths)
    assert {detect_format(file) for file in files} == {row}
    items: list[Item] = list(row.read(ListUnit(files)))
    return [item.record for item in items if isinstance(item, LocatedRecord)], [
        item for item in items if isinstance(item, Reject)
    ]


@pytest.fixture(scope="module")
def sdn(raw: Path) -> tuple[list[Record], list[Reject]]:
    return read(ofac.ROW, [raw / "us_ofac_sdn" / f"{name}.csv" for name in ("sdn", "alt", "add")])


@pytest.fixture(scope="module")
def cons(raw: Path) -> tuple[list[Record], list[Reject]]:
    return read(
        ofac.ROW,
        [raw / "us_ofac_cons" / f"{name}.csv" for name in ("cons_prim", "cons_alt", "cons_add")],
    )


@pytest.fixture(scope="module")
def un(raw: Path) -> tuple[list[Record], list[Reject]]:
    return read(un_sc.ROW, [raw / "un_sc" / "consolidated_2026-02.xml"])


@pytest.fixture(scope="module")
def un_old(raw: Path) -> tuple[list[Record], list[Reject]]:
    return read(un_sc.ROW, [raw / "un_sc" / "consolidated_2018-10.xml"])


@pytest.fixture(scope="module")
def eu(raw: Path) -> tuple[list[Record], list[Reject]]:
    records: list[Record] = []
    rejects: list[Reject] = []
    for path in sorted((raw / "eu_journal").glob("*.csv")):
        file_records, file_rejects = read(eu_journal.ROW, [path])
        records += file_records
        rejects += file_rejects
    return records, rejects


@pytest.fixture(scope="module")
def bis(raw: Path) -> tuple[list[Record], list[Reject]]:
    return read(us_export_lists.BIS_DPL_ROW, [raw / "us_bis_dpl" / "dpl.txt"])


LISTS = ("sdn", "cons", "un", "un_old", "eu", "bis")
COUNTS = {"sdn": 8976, "cons": 442, "un": 1003, "un_old": 1093, "eu": 8017, "bis": 581}
REJECTS = {"sdn": 5, "cons": 10, "un": 1, "un_old": 2, "eu": 5, "bis": 2}


@pytest.mark.parametrize("name", LISTS)
def test_counts(name: str, request: pytest.FixtureRequest) -> None:
    records, rejects = request.getfixturevalue(name)
    assert (len(records), len(rejects)) == (COUNTS[name], REJECTS[name])
    assert all("value not taken" in reject.reason and reject.line for reject in rejects)
    assert len({record.id for record in records}) == len(records) - (name == "bis") * 2


def test_the_three_deduplicated_lists_together(
    sdn: tuple[list[Record], list[Reject]],
    cons: tuple[list[Record], list[Reject]],
    un: tuple[list[Record], list[Reject]],
) -> None:
    assert len({record.id for records, _ in (sdn, cons, un) for record in records}) == 10_421


@pytest.mark.parametrize("name", LISTS)
def test_every_record_has_canonical_values(name: str, request: pytest.FixtureRequest) -> None:
    records, _ = request.getfixturevalue(name)
    for record in records:
        assert record.id.startswith(f"{record.source}:")
        assert record.kind == kind_of_schema(record.schema)
        assert record.texts("name")
        for value in record.values:
            assert value.text == " ".join(value.text.split()) != ""
            if value.prop in DATES:
                assert str(parse_date(value.text)) == value.text
        for item in record.identifiers:
            assert item.prop in IDENTIFIER_SET
            assert item.number


def shares(records: list[Record]) -> Counter[str]:
    """Count the records that have a value of each property."""
    return Counter(prop for record in records for prop in {value.prop for value in record.values})


def test_ofac_remarks_are_read_into_properties(sdn: tuple[list[Record], list[Reject]]) -> None:
    records, _ = sdn
    texts = [text for record in records for text in record.texts("notes")]
    starts = ("DOB", "POB", "alt. DOB", "Passport 1", "Linked To", "Cedula")
    # the last item of remarks that are cut off is a note by rule
    assert len([text for text in texts if text.startswith(starts)]) <= 1
    persons = [record for record in records if record.schema == "Person"]
    assert shares(persons)["birthDate"] > 0.88 * len(persons)
    relations = [relation for record in records for relation in record.relations]
    assert sum(bool(relation.target_id) for relation in relations) > 0.98 * len(relations)
    ids = {record.id for record in records}
    assert {relation.target_id for relation in relations if relation.target_id} <= ids


def labels(records: list[Record], prop: str) -> Counter[str]:
    identifiers: list[Identifier] = [
        item for record in records for item in record.identifiers if item.prop == prop
    ]
    return Counter(item.type for item in identifiers)


def test_numbers_go_to_their_properties(
    sdn: tuple[list[Record], list[Reject]], eu: tuple[list[Record], list[Reject]]
) -> None:
    assert set(labels(sdn[0], "imoNumber")) >= {
        "Vessel Registration Identification IMO",
        "Company Number IMO",
    }
    assert sum(labels(sdn[0], "passportNumber").values()) > 1_500
    assert sum(labels(eu[0], "innCode").values()) > 1_400
    assert sum(labels(eu[0], "imoNumber").values()) > 700


def test_analysts_matches_share_a_name(
    shared_data: Path,
    sdn: tuple[list[Record], list[Reject]],
    cons: tuple[list[Record], list[Reject]],
    un: tuple[list[Record], list[Reject]],
    un_old: tuple[list[Record], list[Reject]],
) -> None:
    from rapidfuzz import fuzz, utils

    records = {
        record.id: record for list_records, _ in (un_old, un, sdn, cons) for record in list_records
    }
    lines = (shared_data / "truth" / "ofac_un_pairs.csv").read_text("utf-8").splitlines()[1:]
    pairs = [line.split(",") for line in lines if line.endswith(",match")]
    names = ("name", "alias", "weakAlias", "previousName", "abbreviation")
    assert pairs
    for left, right, _ in pairs:
        left_names, right_names = records[left].texts(*names), records[right].texts(*names)
        assert (
            max(
                fuzz.token_sort_ratio(left_name, right_name, processor=utils.default_process)
                for left_name in left_names
                for right_name in right_names
            )
            >= 90
        ), (left, right)
