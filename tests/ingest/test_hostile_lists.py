"""Texts made to hurt: whatever stands in a cell or a file, reading ends soon and raises nothing but one clear line."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from resolver.errors import InputError
from resolver.ingest.formats import (
    eu_cells,
    ofac_labels,
    ofac_remarks,
    un_comments,
)
from resolver.ingest.formats.eu_journal import MAX_CELL
from resolver.ingest.io import xml_records
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.reader_types import (
    BrokenOff,
    ListUnit,
    RecordAt,
    Reject,
)
from resolver.ingest.readers import READERS
from resolver.ingest.text import (
    list_dates,
    list_documents,
    list_name_forms,
    register_numbers,
)
from resolver.ingest.text.group_names import group_forms
from resolver.ingest.text.list_names import split_items
from resolver.ingest.text.name_words import country_at_end, group_schema
from resolver.ingest.text.person_names import person_forms
from resolver.ingest.text.record_draft import Draft
from resolver.records import Batch
from tests.ingest.samples_lists import SAMPLES

SECONDS = 2.0
PIECES = (
    *(
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
    ),
    *(
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
    ),
    *("Mr ", "[B;", "\u0301", "a@", "a.", "www.", "(born ", ", "),
)


def comments(text: str) -> None:
    un_comments.read_comments(text, Draft("t", "1", "Person"), {})


CELLS = (
    "dates",
    "birth_places",
    "nations",
    "positions",
    "parents",
    "addresses",
    "phones",
    "contacts",
    "remarks",
)


def cell_reader(column: str) -> Callable[[str], object]:
    return lambda text: getattr(eu_cells, column)(
        Draft("t", "1", "Person"), " ".join(text.split()), "notes"
    )


TEXT_READERS: list[tuple[Callable[[str], object], int]] = [
    (list_dates.read_dates, list_dates.MAX_TEXT),
    (person_forms, list_name_forms.MAX_NAME),
    (group_forms, list_name_forms.MAX_NAME),
    (group_schema, list_name_forms.MAX_NAME),
    (country_at_end, MAX_CELL),
    (split_items, MAX_CELL),
    (lambda text: list_documents.read_documents(text, "idNumber", ""), list_documents.MAX_TEXT),
    (
        lambda text: register_numbers.read_registrations(text, "taxNumber", ""),
        list_documents.MAX_TEXT,
    ),
    (lambda text: ofac_labels.read_identifier(text, True, ""), ofac_remarks.MAX_ITEM),
    (
        lambda text: ofac_labels.read_identifier(
            f"Passport {text}"[: ofac_remarks.MAX_ITEM], True, ""
        ),
        ofac_remarks.MAX_ITEM,
    ),
    (lambda text: ofac_remarks.read_item(text, "Person"), ofac_remarks.MAX_ITEM),
    (comments, un_comments.MAX_READ),
    *((cell_reader(column), MAX_CELL) for column in CELLS),
]


@pytest.mark.parametrize(("read", "size"), TEXT_READERS)
def test_repetition_does_not_explode(read: Callable[[str], object], size: int) -> None:
    slow = []
    for piece in PIECES:
        for end in ("", ")"):
            text = ((piece * size)[: size - len(end)] + end)[:size]
            start = time.process_time()
            read(text)
            if time.process_time() - start > SECONDS:
                slow.append((piece, end))
    assert slow == []


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The bytes with a few pieces changed, repeated, moved or cut."""
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
def test_a_damaged_list_is_read_as_far_as_it_goes_or_refused_in_one_line(
    name: str, tmp_path: Path
) -> None:
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
            if isinstance(item, RecordAt):
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
def test_elements_that_nobody_asked_for_are_thrown_away_as_they_come(
    text: str, tmp_path: Path
) -> None:
    path = tmp_path / "list.xml"
    path.write_text(f"{text}</INDIVIDUALS></CONSOLIDATED_LIST>", "utf-8")
    held: list[int] = []
    for element in xml_records.elements(
        SourceFile(path), "CONSOLIDATED_LIST", frozenset({"INDIVIDUAL"})
    ):
        assert not isinstance(element, Reject)
        held.append(len(list(element.getroottree().getroot().iter())))
    # a piece of the file at a time, never all 400,000
    assert max(held) < 20_000
    assert [item.record.id for item in items_of(path) if isinstance(item, RecordAt)] == ["un-sc:1"]


def items_of(path: Path) -> list[object]:
    reader = next(row for row in READERS if row.name == "un_sc")
    return list(reader.read(ListUnit((SourceFile(path),))))


def test_an_element_that_never_ends_is_where_the_list_breaks_off(tmp_path: Path) -> None:
    path = tmp_path / "list.xml"
    endless = f"<INDIVIDUAL><DATAID>2</DATAID>{MANY}</INDIVIDUAL>"
    path.write_text(f"{HEAD}{ANN}{endless}</INDIVIDUALS></CONSOLIDATED_LIST>", "utf-8")
    found = items_of(path)
    assert [item.record.id for item in found if isinstance(item, RecordAt)] == ["un-sc:1"]
    assert any(
        isinstance(item, BrokenOff) and "longer than 2,000,000 bytes" in item.reason
        for item in found
    )
