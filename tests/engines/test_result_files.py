"""The files of a run: complete or not at all, the same bytes for the same results, safe to open."""

from __future__ import annotations

import csv
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pytest
from followthemoney import model
from followthemoney.statement.serialize import read_csv_statements
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.engines.result_files import FILES, defused, write_results
from resolver.errors import OutputError
from resolver.ingest.reader_types import Reject
from resolver.records import Batch, Kind, Record, Relation, RelationType, Value
from resolver.records.formula_cells import undefused
from resolver.records.results.resolution import (
    Band,
    Links,
    Outcome,
    Resolution,
    RunStats,
)

REJECTS = (
    Reject("b.csv", 7, 'a "bad", row'),
    Reject("a.csv", 12, "=HYPERLINK(1)"),
    Reject("a.csv", 3, "no name"),
)


def resolution(reverse: bool = False) -> Resolution:
    """Four records: the first two are one, the third waits for a steward, the last is a group that the first leads."""
    said = {
        "a:1": ("Ali, Omar", "+49 30 1234"),
        "a:2": ("Ali Omar", ""),
        "b:1": ("=Ali\nOmar", ""),
        "b:9": ("محمد علي", ""),
    }
    records = [
        Record(
            identity,
            identity[0],
            Kind.GROUP if identity == "b:9" else Kind.PERSON,
            "Organization" if identity == "b:9" else "Person",
            (Value("name", name, "names"), *([Value("idNumber2", more)] if more else [])),
            relations=(Relation(RelationType.LEADER_OF, "b:9"),) if identity == "a:1" else (),
        )
        for identity, (name, more) in said.items()
    ]
    batch = Batch.from_records(records[::-1] if reverse else records).canonical()
    links = Links(
        np.array([0, 0], dtype=np.int32),
        np.array([1, 2], dtype=np.int32),
        np.array([4000, 0], dtype=np.int32),
        np.array([0.982014, 0.4999996]),
        np.array([Band.MATCH, Band.REVIEW], dtype=np.uint8),
        np.array([Outcome.MERGED, Outcome.QUEUED], dtype=np.uint8),
    )
    stats = RunStats("S", {}, (), (), 6, np.zeros(50, dtype=np.int64))
    return Resolution(batch, np.array([0, 0, 2, 3], dtype=np.int32), links, stats)


def write(out: Path, found: Resolution | None = None, *, only_entities: bool = False) -> None:
    found = found or resolution()
    write_results(
        out,
        found,
        rejects=REJECTS,
        report="<!doctype html>",
        country_code=lambda _: None,
        only_entities=only_entities,
    )


def rows(path: Path) -> list[list[str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_six_files_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "deep" / "out")
    assert sorted(path.name for path in (tmp_path / "deep" / "out").iterdir()) == sorted(FILES)


def test_only_entities(tmp_path: Path) -> None:
    write(tmp_path, only_entities=True)
    assert [path.name for path in tmp_path.iterdir()] == ["entities.csv"]


def test_links(tmp_path: Path) -> None:
    write(tmp_path)
    assert (tmp_path / "links.csv").read_text() == (
        "left_id,right_id,score,band,outcome\na:1,a:2,0.982014,match,merged\na:1,b:1,0.500000,review,queued\n"
    )


def test_entities_name_every_record_once(tmp_path: Path) -> None:
    write(tmp_path)
    head, *found = rows(tmp_path / "entities.csv")
    assert head == ["entity_id", "record_id"]
    assert found == sorted(found)
    assert sorted(record for _, record in found) == ["a:1", "a:2", "b:1", "b:9"]
    entity_of = {record: entity for entity, record in found}
    assert entity_of["a:1"] == entity_of["a:2"]
    assert len(set(entity_of.values())) == 3


def test_ftm_entities_are_valid_and_edges_point_to_them(tmp_path: Path) -> None:
    write(tmp_path)
    found = [
        orjson.loads(line) for line in (tmp_path / "entities.ftm.json").read_bytes().splitlines()
    ]
    proxies = {entity["id"]: model.get_proxy(entity, cleaned=False) for entity in found}
    edges = [proxy for proxy in proxies.values() if proxy.schema.edge]
    assert len(proxies) == 4
    assert [(end in proxies) for edge in edges for pair in edge.edgepairs() for end in pair] == [
        True,
        True,
    ]
    assert sorted(record for entity in found for record in entity["referents"]) == [
        "a:1",
        "a:2",
        "b:1",
        "b:9",
    ]


def test_statements_load_with_ftms_reader(tmp_path: Path) -> None:
    write(tmp_path)
    found = list(read_csv_statements(BytesIO((tmp_path / "statements.csv").read_bytes())))
    names = {(item.entity_id, undefused(item.value)) for item in found if item.prop == "name"}
    assert names == {
        ("a:1", "Ali, Omar"),
        ("a:2", "Ali Omar"),
        ("b:1", "=Ali Omar"),
        ("b:9", "محمد علي"),
    }
    assert {item.entity_id.split("/")[0] for item in found} == {"a:1", "a:2", "b:1", "b:9"}


def test_rejects_are_sorted_and_defused(tmp_path: Path) -> None:
    write(tmp_path)
    assert rows(tmp_path / "rejects.csv") == [
        ["file", "line", "reason"],
        ["a.csv", "3", "no name"],
        ["a.csv", "12", "'=HYPERLINK(1)"],
        ["b.csv", "7", 'a "bad", row'],
    ]


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "one")
    write(tmp_path / "two", resolution(reverse=True))
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_nothing_to_say_is_said_with_headers(tmp_path: Path) -> None:
    nothing = np.zeros(0, dtype=np.int32)
    none = np.zeros(0, dtype=np.uint8)
    stats = RunStats("S", {}, (), (), 0, np.zeros(50, dtype=np.int64))
    links = Links(nothing, nothing, nothing, np.zeros(0), none, none)
    write(tmp_path, Resolution(Batch.from_records([]).canonical(), nothing, links, stats))
    assert rows(tmp_path / "entities.csv") == [["entity_id", "record_id"]]
    assert len(rows(tmp_path / "links.csv")) == 1
    assert len(rows(tmp_path / "statements.csv")) == 1
    assert (tmp_path / "entities.ftm.json").read_bytes() == b""


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_one_line_and_leaves_the_old_files(tmp_path: Path) -> None:
    write(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with (
        small_disk(300),
        pytest.raises(OutputError, match=r"cannot write the results: .*--out") as caught,
    ):
        write(tmp_path)
    assert "\n" not in str(caught.value)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_place_that_is_no_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="file"):
        write(tmp_path / "file")
    with pytest.raises(OutputError, match="deeper"):
        write(tmp_path / "file" / "deeper")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "@cmd", "-2+cmd|x", "+cmd", "\tx", "\rx", "\nx", "＝1", "'=1", "''@x", "-Sahara"],
)
def test_formulas_are_defused(text: str) -> None:
    assert defused(pa.array(["a", text])).to_pylist() == ["a", f"'{text}"]
    assert undefused(f"'{text}") == text


@pytest.mark.parametrize(
    "text", ["+49 30 1234", "-12.5", "+7 (495) 123-45-67", "O'Neil", "'Abd", "", "a=b", "1962-05"]
)
def test_numbers_and_plain_texts_are_not_harmed(text: str) -> None:
    assert defused(pa.array([text, "=x"])).to_pylist() == [text, "'=x"]


@given(st.text(alphabet="'=+-@1 a\t", max_size=6))
def test_defusing_can_be_undone(text: str) -> None:
    (cell,) = defused(pa.array([text])).to_pylist()
    assert undefused(cell) == text
    assert not cell.startswith(("=", "@", "\t"))


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet=st.sampled_from("a\",\r\n' =é"), max_size=8), min_size=1, max_size=5)
)
def test_any_reason_survives_the_way_through_csv(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    out = tmp_path_factory.mktemp("out")
    rejects = [Reject("f", number, text) for number, text in enumerate(texts)]
    write_results(out, resolution(), rejects=rejects, report="", country_code=lambda _: None)
    assert [undefused(row[2]) for row in rows(out / "rejects.csv")[1:]] == texts
