"""Hostile texts and files: reading ends soon and raises nothing but one clear line."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from resolver.errors import InputError
from resolver.lists.formats import eu_journal, ofac_remarks, un_sc
from resolver.lists.formats.eu_journal import MAX_CELL, CellReader
from resolver.lists.io import xml_records
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import (
    ListUnit,
    LocatedRecord,
    Reject,
    Truncation,
)
from resolver.lists.readers import READERS
from resolver.lists.text import list_dates, list_documents, list_names
from resolver.lists.text.list_names import split_items
from resolver.lists.text.name_words import country_at_end, guess_group_schema
from resolver.lists.text.names import parse_group_name, parse_person_name
from resolver.lists.text.record_draft import RecordDraft
from resolver.records import Batch
from tests.lists.samples_lists import SAMPLES

pytestmark = pytest.mark.slow


SECONDS = 2.0
PIECES = (
    " ",
    "(",
    ")",
    "((a)",
    "a ",
    "A ",
    "1",
    "1 ",
    "; ",
    ";",
    '"',
    '";"',
    "a.k.a. ",
    " or ",
    " / ",
    "А а ",
    "A-",
    "' ",
    "(a) ",
    "1.1.1970 ",
    "No. ",
    "Passport 1 (",
    " issued ",
    "INN: 1 ",
    "\u200b",
    "\x00",
    "éß",
    "or 1 for ",
    "now ",
    "Mr ",
    "[B;",
    "\u0301",
    "a@",
    "a.",
    "www.",
    "(born ",
    ", ",
)


def read_comments(text: str) -> None:
    un_sc.read_comments(text, RecordDraft("t", "1", "Person"), {})


CELL_READERS: tuple[CellReader, ...] = (
    eu_journal.add_dates,
    eu_journal.add_birth_places,
    eu_journal.add_nationalities,
    eu_journal.add_positions,
    eu_journal.add_parents,
    eu_journal.add_addresses,
    eu_journal.add_phones,
    eu_journal.add_contacts,
    eu_journal.add_remarks,
)


def text_reader(read_cell: CellReader) -> Callable[[str], object]:
    """Return a reader of texts that reads them as cells of notes."""
    return lambda text: read_cell(RecordDraft("t", "1", "Person"), " ".join(text.split()), "notes")


TEXT_READERS: list[tuple[Callable[[str], object], int]] = [
    (list_dates.read_dates, list_dates.MAX_TEXT),
    (parse_person_name, list_names.MAX_NAME),
    (parse_group_name, list_names.MAX_NAME),
    (guess_group_schema, list_names.MAX_NAME),
    (country_at_end, MAX_CELL),
    (split_items, MAX_CELL),
    (lambda text: list_documents.read_documents(text, "idNumber", ""), list_documents.MAX_TEXT),
    (
        lambda text: list_documents.read_registrations(text, "taxNumber", ""),
        list_documents.MAX_TEXT,
    ),
    (lambda text: ofac_remarks.read_identifier(text, True, ""), ofac_remarks.MAX_ITEM),
    (
        lambda text: ofac_remarks.read_identifier(
            f"Passport {text}"[: ofac_remarks.MAX_ITEM], True, ""
        ),
        ofac_remarks.MAX_ITEM,
    ),
    (lambda text: ofac_remarks.read_remark(text, "Person"), ofac_remarks.MAX_ITEM),
    (read_comments, un_sc.MAX_READ),
    *((text_reader(read_cell), MAX_CELL) for read_cell in CELL_READERS),
]


@pytest.mark.parametrize(("read", "size"), TEXT_READERS)
def test_repetition_does_not_explode(read: Callable[[str], object], size: int) -> None:
    slow_pieces = []
    for piece in PIECES:
        for end in ("", ")"):
            text = ((piece * size)[: size - len(end)] + end)[:size]
            start = time.process_time()
            read(text)
            if time.process_time() - start > SECONDS:
                slow_pieces.append((piece, end))
    assert slow_pieces == []


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return the bytes with a few pieces changed, repeated, moved or cut."""
    buffer = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(buffer) or 1)
        piece = rng.choice(
            [
                b'"',
                b";",
                b",",
                b"(",
                b")",
                b"\t",
                b"\n",
                b"<",
                b"&",
                b"\xff",
                b"\xe2\x80\x99",
                b"1",
                b" ",
            ]
        )
        length = rng.choice([0, 1, rng.randint(1, 40)])
        buffer[at : at + length] = rng.choice([piece, piece * 3, bytes(buffer[:20]), b""])
    return bytes(buffer)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_damaged_list_is_read_in_part_or_refused_in_one_line(name: str, tmp_path: Path) -> None:
    path = SAMPLES[name](tmp_path)
    row = next(row for row in READERS if row.name == name)
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    content = {file: file.read_bytes() for file in files}
    rng = random.Random(20)
    refusals = []
    for _ in range(60):
        for file, data in content.items():
            file.write_bytes(mutated(data, rng))
        try:
            items = list(row.read(ListUnit(tuple(SourceFile(file) for file in files))))
        except InputError as error:
            refusals.append(str(error))
            continue
        for item in items:
            if isinstance(item, LocatedRecord):
                Batch.from_records([item.record])
    assert not any("\n" in line for line in refusals)


HEAD = '<CONSOLIDATED_LIST dateGenerated="2026-01-01T00:00:00"><INDIVIDUALS>'
ANN = "<INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>Ann</FIRST_NAME></INDIVIDUAL>"
MANY = "<a><b/></a>" * 200_000


@pytest.mark.parametrize(
    "text",
    [
        f"<CONSOLIDATED_LIST>{MANY}<INDIVIDUALS>{ANN}",
        f"{HEAD}{ANN}{MANY}",
        f"{HEAD}{MANY}{ANN}",
        f"{HEAD}<c>{MANY}</c>{ANN}",
    ],
)
def test_unneeded_elements_are_discarded_while_reading(text: str, tmp_path: Path) -> None:
    path = tmp_path / "list.xml"
    path.write_text(f"{text}</INDIVIDUALS></CONSOLIDATED_LIST>", "utf-8")
    sizes: list[int] = []
    for element in xml_records.read_elements(
        SourceFile(path), "CONSOLIDATED_LIST", frozenset({"INDIVIDUAL"})
    ):
        assert not isinstance(element, Reject)
        sizes.append(len(list(element.getroottree().getroot().iter())))
    # a piece of the file at a time, never all 400,000
    assert max(sizes) < 20_000
    assert [item.record.id for item in items_of(path) if isinstance(item, LocatedRecord)] == [
        "un-sc:1"
    ]


def items_of(path: Path) -> list[object]:
    reader = next(row for row in READERS if row.name == "un_sc")
    return list(reader.read(ListUnit((SourceFile(path),))))


def test_an_endless_element_truncates_the_list(tmp_path: Path) -> None:
    path = tmp_path / "list.xml"
    endless = f"<INDIVIDUAL><DATAID>2</DATAID>{MANY}</INDIVIDUAL>"
    path.write_text(f"{HEAD}{ANN}{endless}</INDIVIDUALS></CONSOLIDATED_LIST>", "utf-8")
    items = items_of(path)
    assert [item.record.id for item in items if isinstance(item, LocatedRecord)] == ["un-sc:1"]
    assert any(
        isinstance(item, Truncation) and "longer than 2,000,000 bytes" in item.reason
        for item in items
    )
