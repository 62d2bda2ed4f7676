"""Contract of all list formats, one test body for every row of the table."""

from __future__ import annotations

import gzip
import json
import random
import re
import shutil
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from resolver.errors import ResolverError
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import Intake, ReaderRow
from resolver.lists.readers import READERS, detect_format, read_lists
from resolver.lists.validation import MAX_NAME
from resolver.records.properties import FULL_NAMES, NAME_PARTS
from tests.lists.published_lists import OTHER_WRITERS, WRITERS, write_icij, write_list
from tests.lists.samples import SAMPLES
from tests.lists.samples_lists import SAMPLES as LIST_SAMPLES

SAMPLE_WRITERS: dict[str, Callable[[Path], Path]] = {
    **SAMPLES,
    **LIST_SAMPLES,
    **{name: partial(write_list, name=name) for name in (*WRITERS, *OTHER_WRITERS)},
    "icij": write_icij,
}
NAMES = (*FULL_NAMES, *NAME_PARTS)
for_each_row = pytest.mark.parametrize("row", READERS, ids=[row.name for row in READERS])


@pytest.fixture
def sample(row: ReaderRow, tmp_path: Path) -> Path:
    """Write the sample list of a format to a folder of its own: a file, or a folder of files."""
    folder = tmp_path / "sample"
    folder.mkdir()
    return SAMPLE_WRITERS[row.name](folder)


def files_of(sample: Path) -> list[Path]:
    return (
        sorted(path for path in sample.rglob("*") if path.is_file())
        if sample.is_dir()
        else [sample]
    )


def contents_of(intake: Intake) -> list[object]:
    """Return the contents of an intake without places: records, and reasons of rejects."""
    rejects = sorted(re.sub(r"line \d+ of \S+", "", reject.reason) for reject in intake.rejects)
    return [list(intake.batch.to_records()), rejects, intake.collapsed]


def copy_sample(
    sample: Path, folder: Path, change: Callable[[bytes], bytes], suffix: str = ""
) -> Path:
    """Copy the sample with the bytes of every file changed."""
    folder.mkdir()
    for path in files_of(sample):
        target = folder / (path.relative_to(sample) if sample.is_dir() else path.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.with_name(target.name + suffix).write_bytes(change(path.read_bytes()))
    return folder


@for_each_row
def test_the_row_is_described_and_has_a_sample(row: ReaderRow) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", row.name)
    assert row.help
    assert not row.help.endswith(".")
    assert row.name in SAMPLE_WRITERS
    assert len({other.name for other in READERS}) == len(READERS)


@for_each_row
def test_a_list_is_detected_by_its_content(row: ReaderRow, sample: Path, tmp_path: Path) -> None:
    for number, path in enumerate(files_of(sample)):
        unnamed = tmp_path / f"list{number}"
        shutil.copy(path, unnamed)
        for file in (SourceFile(path), SourceFile(unnamed)):
            detected = detect_format(file)
            assert detected is not None
            assert detected.name == row.name


@for_each_row
def test_no_other_format_claims_the_sample(row: ReaderRow, sample: Path) -> None:
    for path in files_of(sample):
        file = SourceFile(path)
        claims = [other.name for other in READERS if other.detect(file.head(), file)]
        # a plain table is what any list with plain column names is; it stands last for that reason
        assert [name for name in claims if name != "tabular" or row.name == "tabular"] == [row.name]


@for_each_row
def test_records_have_unique_ids_of_their_source(row: ReaderRow, sample: Path) -> None:
    intake = read_lists([sample])
    assert [info.format for info in intake.lists] == [row.name]
    records = list(intake.batch.to_records())
    assert len(records) >= 2
    assert len({record.id for record in records}) == len(records)
    for record in records:
        assert record.id.startswith(f"{record.source}:")
        assert len(record.id) > len(record.source) + 1
    (info,) = intake.lists
    assert info.sources == tuple(sorted({record.source for record in records}))
    assert info.deduplicated == row.deduplicated


@for_each_row
def test_packed_lists_are_the_same_lists(row: ReaderRow, sample: Path, tmp_path: Path) -> None:
    expected = read_lists([sample])
    zipped_folder = copy_sample(sample, tmp_path / "gz", gzip.compress, ".gz")
    archive = tmp_path / "lists.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        for path in files_of(sample):
            writer.write(path, f"some/where/{path.name}")
    assert contents_of(read_lists([zipped_folder])) == contents_of(expected)
    assert contents_of(read_lists([archive])) == contents_of(expected)


@for_each_row
def test_a_list_read_twice_adds_nothing(row: ReaderRow, sample: Path, tmp_path: Path) -> None:
    once = read_lists([sample])
    again = copy_sample(sample, tmp_path / "again", lambda content: content)
    twice = read_lists([sample, again])
    assert list(twice.batch.to_records()) == list(once.batch.to_records())
    assert twice.withdrawn == ()


@for_each_row
def test_the_order_of_rows_does_not_matter(row: ReaderRow, sample: Path, tmp_path: Path) -> None:
    before = contents_of(read_lists([sample]))
    for seed in range(3):
        shuffled = copy_sample(
            sample, tmp_path / f"shuffled{seed}", partial(_shuffled, row=row, seed=seed)
        )
        assert contents_of(read_lists([shuffled])) == before


def _shuffled(content: bytes, row: ReaderRow, seed: int) -> bytes:
    """Return the rows of a list in another order.

    Rows are lines below a header, JSON objects of an array, or XML elements of one name.
    """
    rng = random.Random(seed)
    if content.lstrip().startswith(b"<"):
        return _shuffled_xml(content, rng)
    if content.lstrip().startswith(b"{\n") or content.lstrip().startswith(b"["):
        return _shuffled_array(content, rng)
    lines = content.splitlines(keepends=True)
    end = (
        [] if lines[-1].endswith(b"\n") else [lines.pop()]
    )  # the DOS end of file stays where it is
    # a title may stand above the header, so both are kept in place
    heads = (n for n in (1, 2) if not row.detect(b"".join(lines[n:]), SourceFile(Path("list"))))
    count = next(heads, 0)
    head, body = lines[:count], lines[count:]
    rng.shuffle(body)
    return b"".join([*head, *body, *end])


def _shuffled_xml(content: bytes, rng: random.Random) -> bytes:
    tree = etree.fromstring(content)
    for parent in tree.iter():
        children = list(parent)
        if parent.getparent() in (None, tree) and len({child.tag for child in children}) == 1:
            rng.shuffle(children)
            parent[:] = children
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="utf-8"))


def _find_rows(document: Any) -> list[Any]:
    """Return the longest list of a document: the entries of a page."""
    lists = [value for value in document.values() if isinstance(value, list)]
    inner = [_find_rows(value) for value in document.values() if isinstance(value, dict)]
    return max((*lists, *inner), key=len, default=[])


def _shuffled_array(content: bytes, rng: random.Random) -> bytes:
    document = json.loads(content)
    rows = document if isinstance(document, list) else _find_rows(document)
    rng.shuffle(rows)
    return json.dumps(document, indent=1).encode()


@pytest.mark.parametrize("row", [row for row in READERS if row.name in ("ftm", "senzing")])
@pytest.mark.parametrize("indent", [None, 2])
def test_json_lines_and_arrays_are_the_same_lists(
    row: ReaderRow, sample: Path, tmp_path: Path, indent: int | None
) -> None:
    def as_array(content: bytes) -> bytes:
        rows = [json.loads(line) for line in content.splitlines()]
        return json.dumps(rows, indent=indent).encode()

    expected = read_lists([sample])
    actual = read_lists([copy_sample(sample, tmp_path / "array", as_array)])
    assert [info.format for info in actual.lists] == [row.name]
    assert contents_of(actual) == contents_of(expected)


@for_each_row
@pytest.mark.parametrize("part", [0.02, 0.3, 0.5, 0.7, 0.95, 0.999])
def test_a_truncated_list_is_one_clear_line_or_rejects(
    row: ReaderRow, sample: Path, tmp_path: Path, part: float
) -> None:
    complete = read_lists([sample])
    cut = copy_sample(sample, tmp_path / "cut", lambda content: content[: int(len(content) * part)])
    packed = copy_sample(
        sample,
        tmp_path / "packed",
        lambda content: gzip.compress(content)[: int(len(content) * part)],
        ".gz",
    )
    for folder in (cut, packed):
        intake = _read_or_fail(folder)
        if intake is not None:
            assert len(intake.batch) <= len(complete.batch) + 1


def _read_or_fail(path: Path) -> Intake | None:
    """Return the intake, or None after an error, which must be one line."""
    caught = None
    try:
        return read_lists([path])
    except ResolverError as error:
        caught = str(error)
    assert "\n" not in caught
    return None


@for_each_row
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda name: name[:1] + b"\x00" + name[1:], ""),
        (lambda name: name + b" " + b"A" * 100_000, f"characters long, more than {MAX_NAME:,}"),
    ],
    ids=["NUL", "100,000 characters"],
)
def test_hostile_names_are_refused_and_listed(
    row: ReaderRow, sample: Path, tmp_path: Path, change: Callable[[bytes], bytes], fault: str
) -> None:
    word = _find_name_word(sample)
    damaged = copy_sample(
        sample, tmp_path / "bad", lambda content: content.replace(word, change(word))
    )
    assert files_of(damaged)
    intake = _read_or_fail(damaged)
    if intake is None:
        assert not fault, "a long name must not cost the whole list"
        return
    assert [reject.reason for reject in intake.rejects if fault in reject.reason]
    # an entry of several rows keeps the names of its other rows
    assert _count_names(intake) < _count_names(read_lists([sample]))
    for record in intake.batch.to_records():
        for text in record.texts(*NAMES):
            assert len(text) <= MAX_NAME
            assert "\x00" not in text


def _count_names(intake: Intake) -> int:
    return sum(len(record.texts(*NAMES)) for record in intake.batch.to_records())


def _find_name_word(sample: Path) -> bytes:
    """Return the last word of a name that occurs in the file unchanged.

    Earlier rows are left alone, since formats are detected by them.
    """
    content = b"".join(path.read_bytes() for path in files_of(sample))
    names = [
        text
        for record in read_lists([sample]).batch.to_records()
        for text in record.texts("name", "lastName")
    ]
    words = {
        word.encode() for text in names for word in text.split() if word.isascii() and len(word) > 3
    }
    return max(words, key=content.rfind)


@for_each_row
def test_noise_raises_no_unexpected_error(row: ReaderRow, sample: Path, tmp_path: Path) -> None:
    rng = random.Random(7)

    def spoiled(content: bytes) -> bytes:
        damaged = bytearray(content)
        for _ in range(max(1, len(damaged) // 200)):
            damaged[rng.randrange(len(damaged))] = rng.choice(b'\x00\xff"<>{}[],;\t\n&')
        return bytes(damaged)

    for number in range(20):
        _read_or_fail(copy_sample(sample, tmp_path / f"noise{number}", spoiled))
