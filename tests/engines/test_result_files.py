"""Result files: complete or absent, same bytes for same results, safe in spreadsheets."""

from __future__ import annotations

import csv
import io
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

from resolver.engines.result_files import (
    RESULT_FILES,
    _csv_lines,
    escape_formulas,
    write_results,
)
from resolver.errors import OutputError
from resolver.lists.reader_types import Reject
from resolver.records import Batch, Kind, Record, Relation, RelationType, Value
from resolver.records.labels import escape_formula, unescape_formula
from resolver.records.results.resolution import (
    Band,
    Basis,
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
    """Resolve four records: two merged, one in review, and a group that the first leads."""
    names = {
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
            (Value("name", name, "names"), *([Value("idNumber2", number)] if number else [])),
            relations=(Relation(RelationType.LEADER_OF, "b:9"),) if identity == "a:1" else (),
        )
        for identity, (name, number) in names.items()
    ]
    batch = Batch.from_records(records[::-1] if reverse else records).canonical()
    links = Links(
        np.array([0, 0], dtype=np.int32),
        np.array([1, 2], dtype=np.int32),
        np.array([4000, 0], dtype=np.int32),
        np.array([0.982014, 0.4999996]),
        np.array([Band.MATCH, Band.REVIEW], dtype=np.uint8),
        np.array([Outcome.MERGED, Outcome.QUEUED], dtype=np.uint8),
        np.array([800, 0], dtype=np.int32),
        np.array([Basis.PROFILES, Basis.SCORE], dtype=np.uint8),
        np.array([-1, -1], dtype=np.int32),
    )
    stats = RunStats("S", {}, (), (), 6, np.zeros(50, dtype=np.int64))
    return Resolution(batch, np.array([0, 0, 2, 3], dtype=np.int32), links, stats)


def write_sample(
    out: Path, sample: Resolution | None = None, *, only_entities: bool = False
) -> None:
    sample = sample or resolution()
    write_results(
        out,
        sample,
        rejects=REJECTS,
        report="<!doctype html>",
        only_entities=only_entities,
    )


def rows(path: Path) -> list[list[str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_all_six_files_are_written(tmp_path: Path) -> None:
    write_sample(tmp_path / "deep" / "out")
    assert sorted(path.name for path in (tmp_path / "deep" / "out").iterdir()) == sorted(
        RESULT_FILES
    )


def test_only_entities_are_written(tmp_path: Path) -> None:
    write_sample(tmp_path, only_entities=True)
    assert [path.name for path in tmp_path.iterdir()] == ["entities.csv"]


def test_links_file(tmp_path: Path) -> None:
    write_sample(tmp_path)
    assert (tmp_path / "links.csv").read_text() == (
        "left_id,right_id,score,band,outcome,record_score,basis\n"
        "a:1,a:2,0.982014,match,merged,0.689974,profiles\n"
        "a:1,b:1,0.500000,review,queued,0.500000,score\n"
    )


def test_entities_file_has_every_record_once(tmp_path: Path) -> None:
    write_sample(tmp_path)
    head, *body = rows(tmp_path / "entities.csv")
    assert head == ["entity_id", "record_id"]
    assert body == sorted(body)
    assert sorted(record for _, record in body) == ["a:1", "a:2", "b:1", "b:9"]
    entity_of = {record: entity for entity, record in body}
    assert entity_of["a:1"] == entity_of["a:2"]
    assert len(set(entity_of.values())) == 3


def test_ftm_entities_are_valid_and_edges_point_to_them(tmp_path: Path) -> None:
    write_sample(tmp_path)
    entities = [
        orjson.loads(line) for line in (tmp_path / "entities.ftm.json").read_bytes().splitlines()
    ]
    proxies = {entity["id"]: model.get_proxy(entity, cleaned=False) for entity in entities}
    edges = [proxy for proxy in proxies.values() if proxy.schema.edge]
    assert len(proxies) == 4
    assert [(end in proxies) for edge in edges for pair in edge.edgepairs() for end in pair] == [
        True,
        True,
    ]
    assert sorted(record for entity in entities for record in entity["referents"]) == [
        "a:1",
        "a:2",
        "b:1",
        "b:9",
    ]


def test_statements_load_with_ftms_reader(tmp_path: Path) -> None:
    write_sample(tmp_path)
    statements = list(read_csv_statements(BytesIO((tmp_path / "statements.csv").read_bytes())))
    names = {
        (item.entity_id, unescape_formula(item.value)) for item in statements if item.prop == "name"
    }
    assert names == {
        ("a:1", "Ali, Omar"),
        ("a:2", "Ali Omar"),
        ("b:1", "=Ali Omar"),
        ("b:9", "محمد علي"),
    }
    assert {item.entity_id.split("/")[0] for item in statements} == {"a:1", "a:2", "b:1", "b:9"}


def test_rejects_are_sorted_and_escaped(tmp_path: Path) -> None:
    write_sample(tmp_path)
    assert rows(tmp_path / "rejects.csv") == [
        ["file", "line", "reason"],
        ["a.csv", "3", "no name"],
        ["a.csv", "12", "'=HYPERLINK(1)"],
        ["b.csv", "7", 'a "bad", row'],
    ]


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    write_sample(tmp_path / "one")
    write_sample(tmp_path / "two", resolution(reverse=True))
    for name in RESULT_FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_empty_results_have_headers(tmp_path: Path) -> None:
    empty = np.zeros(0, dtype=np.int32)
    no_codes = np.zeros(0, dtype=np.uint8)
    stats = RunStats("S", {}, (), (), 0, np.zeros(50, dtype=np.int64))
    links = Links(empty, empty, empty, np.zeros(0), no_codes, no_codes, empty, no_codes, empty)
    write_sample(tmp_path, Resolution(Batch.from_records([]).canonical(), empty, links, stats))
    assert rows(tmp_path / "entities.csv") == [["entity_id", "record_id"]]
    assert len(rows(tmp_path / "links.csv")) == 1
    assert len(rows(tmp_path / "statements.csv")) == 1
    assert (tmp_path / "entities.ftm.json").read_bytes() == b""


@contextmanager
def limit_file_size(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_reported_and_keeps_the_old_files(tmp_path: Path) -> None:
    write_sample(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with (
        limit_file_size(300),
        pytest.raises(OutputError, match=r"cannot write the results: .*--out") as caught,
    ):
        write_sample(tmp_path)
    assert "\n" not in str(caught.value)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_in_place_of_the_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="file"):
        write_sample(tmp_path / "file")
    with pytest.raises(OutputError, match="deeper"):
        write_sample(tmp_path / "file" / "deeper")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "@cmd", "-2+cmd|x", "+cmd", "\tx", "\rx", "\nx", "＝1", "'=1", "''@x", "-Sahara"],
)
def test_formulas_are_escaped(text: str) -> None:
    assert escape_formulas(pa.array(["a", text])).to_pylist() == ["a", f"'{text}"]
    assert unescape_formula(f"'{text}") == text


@pytest.mark.parametrize(
    "text", ["+49 30 1234", "-12.5", "+7 (495) 123-45-67", "O'Neil", "'Abd", "", "a=b", "1962-05"]
)
def test_numbers_and_plain_texts_are_unchanged(text: str) -> None:
    assert escape_formulas(pa.array([text, "=x"])).to_pylist() == [text, "'=x"]


CELLS = st.lists(
    st.tuples(*[st.none() | st.text(alphabet="'=-1a,\"\n\r＝ü", max_size=3)] * 2), max_size=5
)


@given(CELLS, st.integers(0, 2))
def test_lines_are_read_as_the_cells(
    table: list[tuple[str | None, str | None]], skipped: int
) -> None:
    columns = [pa.array([row[place] for row in table], pa.string())[skipped:] for place in range(2)]
    lines = bytes(_csv_lines(list(map(escape_formulas, columns)))).decode("utf-8")
    assert list(csv.reader(io.StringIO(lines, newline=""), strict=True)) == [
        [escape_formula(cell or "") for cell in row] for row in table[skipped:]
    ]
    # quotes only where they are needed
    assert '"' in "".join(cell or "" for row in table for cell in row) or not any(
        f'"{cell}"' in lines for row in table for cell in row if cell and cell.isalnum()
    )


@given(st.text(alphabet="'=+-@1 a\t", max_size=6))
def test_escaping_is_reversible(text: str) -> None:
    (cell,) = escape_formulas(pa.array([text])).to_pylist()
    assert unescape_formula(cell) == text
    assert not cell.startswith(("=", "@", "\t"))


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet=st.sampled_from("a\",\r\n' =é"), max_size=8), min_size=1, max_size=5)
)
def test_reasons_are_restored_from_csv(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    out = tmp_path_factory.mktemp("out")
    rejects = [Reject("f", number, text) for number, text in enumerate(texts)]
    write_results(out, resolution(), rejects=rejects, report="")
    assert [unescape_formula(row[2]) for row in rows(out / "rejects.csv")[1:]] == texts
