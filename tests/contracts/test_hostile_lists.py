"""Contract of reading: hostile lists of all formats end soon, in clear errors, and can be stopped.

`HOSTILE` has one row for each attack: its file and its content. A list that a new format or a new
step of reading makes slow belongs here.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resolver.errors import InputError
from resolver.lists import reader_types
from resolver.lists.formats.tabular.table_files import MAX_COLUMNS
from resolver.lists.io import csv_rows
from resolver.lists.io.source_files import MAX_MEMBERS, stoppable
from resolver.lists.readers import READERS, read_lists
from tests.contracts.test_readers import SAMPLE_WRITERS
from tests.lists.published_lists import eu_xml, make_subjects
from tests.lists.workbooks import worksheet_xml, write_xlsx

SIZE = 100_000
"""Bytes of a hostile file, about."""
SECONDS_PER_MB = 2.0
FREE_SECONDS = 0.6
"""Seconds of computing for any file: tables of words are loaded, processes started, and 50,000 rows
read before a list is given up.
"""
MAX_ERROR = 1_500
"""Characters of an error: all that a table of 20 columns with long names needs."""
Content = Callable[[], str | bytes]
HEADER = "id,name,birth_date,passport\n"
UN_HEAD = '<CONSOLIDATED_LIST dateGenerated="2026-01-01T00:00:00"><INDIVIDUALS>'
UN_END = "</INDIVIDUALS></CONSOLIDATED_LIST>"
FTM = '{"id":"1","schema":"Person","datasets":["x"],"properties":'


def fill(text: str, size: int = SIZE) -> str:
    """Return a text repeated up to a size in characters."""
    return text * (size // len(text))


def columns(count: int, *, same: bool = False) -> str:
    names = ",".join("c" if same else f"c{number}" for number in range(count))
    return f"id,name,{names}\n1,Ann Lee{',x' * count}\n"


def packed(*members: tuple[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return content.getvalue()


def parquet(count: int) -> bytes:
    sink = io.BytesIO()
    names = ["id", "name", *(f"c{number}" for number in range(count))]
    pq.write_table(pa.table({name: ["1"] for name in names}), sink)
    return sink.getvalue()


def un(text: str, inner: str = "<DATAID>1</DATAID>", attributes: str = "") -> str:
    return f"{UN_HEAD}<INDIVIDUAL{attributes}>{inner}{text}</INDIVIDUAL>{UN_END}"


def eu(attributes: str) -> str:
    """Return a list of the EU, with attributes of the first regulation."""
    return eu_xml(make_subjects(8)).replace("<regulation", f"<regulation{attributes}", 1)


HOSTILE: dict[str, tuple[str, Content]] = {
    # columns
    "many columns": ("a.csv", lambda: columns(25_000)),
    "many equal columns": ("a.csv", lambda: columns(25_000, same=True)),
    "many columns without a name": ("a.csv", lambda: f"id,name{',' * SIZE}\n1,Ann"),
    "many name columns": ("a.csv", lambda: "id,name" + fill(",alias") + "\n"),
    "as many columns as are read": ("a.csv", lambda: columns(MAX_COLUMNS - 2)),
    "many tabs": ("a.tsv", lambda: "id\tname" + "\t" * SIZE),
    "many keys": ("a.jsonl", lambda: json.dumps({f"k{key}": key for key in range(20_000)})),
    "other keys in each row": (
        "a.jsonl",
        lambda: "".join(f'{{"id":"{n}","name":"A","k{n}":1}}\n' for n in range(7_000)),
    ),
    "Parquet of many columns": ("a.parquet", lambda: parquet(MAX_COLUMNS)),
    # quotes
    "an unclosed quote a line": ("a.csv", lambda: HEADER + fill('1,"Ann\n')),
    "a quote that no line closes": ("a.csv", lambda: HEADER + fill('x"y,"z\n')),
    "one such line, then good ones": (
        "a.csv",
        lambda: HEADER + '1,"Ann\n' + fill("2,Bob Roe,1970-01-01,A1\n"),
    ),
    "quotes only": ("a.csv", lambda: HEADER + '"' * SIZE),
    "a quote a line": ("a.csv", lambda: HEADER + fill('"\n')),
    "a quoted cell of many lines": ("a.csv", lambda: HEADER + '1,"' + fill("A\n") + '",1970,\n'),
    # sizes
    "a giant cell": ("a.csv", lambda: HEADER + f"1,{'A' * SIZE},1970,\n"),
    "a cell of many words": ("a.csv", lambda: HEADER + f"1,{fill('Ab ')},1970,\n"),
    "a cell of many values": ("a.csv", lambda: HEADER + f"1,{fill('; ')},1970,\n"),
    "tiny rows": ("a.csv", lambda: "name\n" + fill("a\n")),
    "tiny rows without a cell": ("a.csv", lambda: "id,name\n" + fill("1\n")),
    "rows of one id": (
        "a.csv",
        lambda: "id,name\n" + "".join(f"1,a{row}\n" for row in range(25_000)),
    ),
    "blank lines": ("a.csv", lambda: "name\n" + "\n" * SIZE + "Ann\n"),
    "bytes of no encoding": ("a.csv", lambda: b"id,name\n" + b"1,\xff\xfe\x81\n" * 30_000),
    "dates of both orders": (
        "a.csv",
        lambda: HEADER + "".join(f"{n},Ann,{n % 31}/{n % 13}/1970,\n" for n in range(9_000)),
    ),
    # JSON
    "nested arrays": ("a.json", lambda: "[" * SIZE),
    "nested objects": ("a.json", lambda: fill('{"a":')),
    "nested values": (
        "a.json",
        lambda: f'[{{"id":"1","name":"x","v":{"[" * 99_999}{"]" * 99_999}}}]',
    ),
    "nested properties": ("a.jsonl", lambda: fill(f"{FTM}{'[' * 400}{']' * 400}}}\n")),
    "an unclosed string": ("a.json", lambda: '[{"id":"1","name":"' + "x" * SIZE),
    "an unclosed string a line": ("a.jsonl", lambda: FTM + '{"name":["A"]}}\n' + fill('{"a\n')),
    "an unclosed object a line": ("a.json", lambda: "[\n" + fill('{"id":"1","name":"x"\n')),
    "backslashes": ("a.json", lambda: '[\n{"id":"1","name":"' + "\\" * SIZE + '"}]'),
    "empty objects": ("a.json", lambda: '[\n{"id":"1","name":"x"}' + fill("{}")),
    "rows without a name": ("a.csv", lambda: "id,name\n" + fill("1,\n")),
    "a long number": ("a.jsonl", lambda: f'{{"id":"1","name":"A","n":{"9" * SIZE}}}\n'),
    "many names": (
        "a.jsonl",
        lambda: FTM + json.dumps({"name": [f"Ann Lee {n}" for n in range(12_000)]}) + "}\n",
    ),
    # XML
    "depth": ("a.xml", lambda: UN_HEAD + fill("<a>")),
    "depth within an entry": ("a.xml", lambda: un(fill("<a>" * 200 + "</a>" * 200))),
    "attributes": (
        "a.xml",
        lambda: un("", attributes="".join(f' a{n}="1"' for n in range(20_000))),
    ),
    "attributes of an EU regulation": (
        "a.xml",
        lambda: eu("".join(f' a{n}="1"' for n in range(40_000))),
    ),
    "a list in EBCDIC": ("a.xml", lambda: eu("").encode("cp500", "replace")),
    "namespaces": (
        "a.xml",
        lambda: un("", attributes="".join(f' xmlns:a{n}="u{n}"' for n in range(9_000))),
    ),
    "a long attribute": ("a.xml", lambda: un("", attributes=f' a="{"x" * SIZE}"')),
    "entities": (
        "a.xml",
        lambda: "<!DOCTYPE l [" + fill("<!ENTITY b '&a;&a;'>") + "]>" + un("&b;"),
    ),
    "character references": ("a.xml", lambda: un(f"<FIRST_NAME>{fill('&#65;')}</FIRST_NAME>")),
    "empty entries": ("a.xml", lambda: UN_HEAD + fill("<INDIVIDUAL/>") + UN_END),
    "comments": ("a.xml", lambda: un(fill("<!-- -->"))),
    # archives
    "an archive of many files": (
        "a.zip",
        lambda: packed(*((f"{n}.csv", "id,name\n1,Ann\n") for n in range(MAX_MEMBERS + 1))),
    ),
    "an archive of blank lines": ("a.zip", lambda: packed(("a.csv", "id,name\n" + "\n" * SIZE))),
    "an archive of quotes": ("a.zip", lambda: packed(("a.csv", HEADER + fill('x"y,"z\n')))),
    # no list at all
    "one letter": ("a.csv", lambda: "x" * SIZE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_list_is_read_or_refused_soon(name: str, tmp_path: Path) -> None:
    file, content = HOSTILE[name]
    data = content()
    data = data.encode() if isinstance(data, str) else data
    path = tmp_path / file
    path.write_bytes(data)
    most = FREE_SECONDS + SECONDS_PER_MB * max(len(data), SIZE) / 1e6
    # the first list that a process reads may pay for what is loaded once
    # and other processes may share its processor: the fastest of six readings counts
    for is_last in (*[False] * 5, True):
        start = time.process_time()
        error = ""
        try:
            read_lists([path])
        except InputError as refusal:
            error = refusal.line()
        seconds = time.process_time() - start
        assert error.isprintable()
        assert len(error) < MAX_ERROR
        if seconds < most:
            break
        assert not is_last, seconds


@pytest.mark.parametrize("count", [MAX_COLUMNS - 2, MAX_COLUMNS - 1])
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_table_has_a_limit_of_columns(ending: str, count: int, tmp_path: Path) -> None:
    path = tmp_path / f"a.{ending}"
    if ending == "parquet":
        path.write_bytes(parquet(count))
    elif ending == "csv":
        path.write_text(columns(count), "utf-8")
    else:
        row = {"id": "1", "name": "Ann Lee", **{f"c{number}": "x" for number in range(count)}}
        path.write_text(json.dumps(row), "utf-8")
    if count <= MAX_COLUMNS - 2:
        assert len(read_lists([path]).batch) == 1
        return
    with pytest.raises(InputError, match=f"has more than {MAX_COLUMNS:,} columns"):
        read_lists([path])


def test_reading_stops_where_most_rows_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_types, "MAX_BAD_ROWS", 500)
    path = tmp_path / "a.csv"
    good = "".join(f"{row},Ann Lee {row}\n" for row in range(10))
    path.write_text("id,name\n" + good + "1\n" * 510 + "99,Bob\n", "utf-8")
    intake = read_lists([path])
    assert len(intake.batch) == 10
    (info,) = intake.lists
    assert info.broken
    reason = "the rest is not read: 501 rows up to here cannot be read"
    assert any(reason in reject.reason for reject in intake.rejects)


def test_quotes_that_stay_open_make_no_row_unreadable_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "_FREE_COST", 0)
    path = tmp_path / "a.csv"
    path.write_text(HEADER + 'x"y,"z\n' * 50 + '7,"Ann\nLee",1970-01-01,A1\n', "utf-8")
    assert [record.id for record in read_lists([path]).batch.to_records()] == ["a:7"]


class StopError(Exception):
    """Reading was stopped."""


def write_xlsx_sample(folder: Path) -> Path:
    path = folder / "a.xlsx"
    write_xlsx(path, {"people": worksheet_xml([["id", "name"], ["1", "Ann Lee"]])})
    return path


@pytest.mark.parametrize("name", [*(row.name for row in READERS), "xlsx"])
def test_reading_can_be_stopped(name: str, tmp_path: Path) -> None:
    writers = {**SAMPLE_WRITERS, "xlsx": write_xlsx_sample}
    sample = writers[name](tmp_path)
    calls = 0

    def check() -> None:
        """Stop at the third call."""
        nonlocal calls
        calls += 1
        if calls == 3:
            raise StopError

    with pytest.raises(StopError), stoppable(check):
        read_lists([sample])
    assert calls == 3
    # the check is gone with its context
    assert len(read_lists([sample]).batch)
