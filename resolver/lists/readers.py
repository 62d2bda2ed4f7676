"""Table of list formats, and reading lists of any of them into one intake.

`READERS` is in order of detection: specific list formats come before plain tables. Detection looks
at content, never at names alone. Adding a format is one module under `formats` and one row here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from resolver.errors import FormatError, InputError, MappingError, UnneededMappingError
from resolver.lists.assemble import assemble
from resolver.lists.discovery import (
    InputFile,
    PlannedList,
    find_files,
    group_files,
)
from resolver.lists.formats import (
    ch_seco,
    eu_fsf,
    eu_journal,
    exchange_formats,
    interpol,
    national_lists,
    ofac,
    ofac_xml,
    senzing,
    uk_lists,
    un_sc,
    us_export_lists,
)
from resolver.lists.formats.ftm import ftm_reader
from resolver.lists.formats.tabular import table_reader
from resolver.lists.formats.tabular.mapping import (
    Mapping,
    choose_mapping,
    closest_word,
    find_adjacent_mapping,
)
from resolver.lists.formats.tabular.table_files import open_table_file
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.text_lines import is_archive
from resolver.lists.list_reading import Progress, reject_error
from resolver.lists.parallel_reading import DEFAULT_RULES, ReadingRules, read_planned
from resolver.lists.reader_types import Intake, ReaderRow, Reject
from resolver.records.visibility import is_list_source_name

READERS: tuple[ReaderRow, ...] = (
    ofac.ROW,
    ofac_xml.SDN_ROW,
    ofac_xml.ADVANCED_ROW,
    un_sc.ROW,
    eu_fsf.XML_ROW,
    eu_fsf.CSV_ROW,
    eu_journal.ROW,
    *uk_lists.ROWS,
    ch_seco.ROW,
    us_export_lists.BIS_DPL_ROW,
    us_export_lists.ROW,
    us_export_lists.JSON_ROW,
    *national_lists.ROWS,
    *exchange_formats.ROWS,
    ftm_reader.ROW,
    senzing.ROW,
    interpol.ROW,
    table_reader.ROW,
)

_REMEDY = "give its format with --format NAME, or its columns with --mapping FILE.yml"


NameSource = Callable[[str], str]
"""Function that returns the source of a table by the name of its file, without its ending."""


def detect_format(file: SourceFile) -> ReaderRow | None:
    """Return the first row that claims the file; None if no row does.

    Raises `InputError` for a damaged file.
    """
    return _detect_row(file.head(), file, is_mapped=False)


_SOURCE_NAME = re.compile(r"[\w.-]+")
"""Names that a person may give a source. A number at the end belongs to the name: `police-v2` is a
name.
"""


def read_lists(
    paths: Sequence[Path],
    *,
    format: str | None = None,
    mapping: Mapping | Sequence[Mapping] | None = None,
    source: str | NameSource = "",
    encoding: str = "",
    strict: bool = False,
    rules: ReadingRules = DEFAULT_RULES,
    progress: Progress | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Intake:
    """Read lists of any known formats into one intake, which does not depend on their order.

    `format` names the format of all files; otherwise each file's format is detected. `mapping` (one
    or several, see `mapping_choice`) reads every file that only the plain table format claims,
    unless the file has its own mapping beside it. `source` names the source of tables without a
    mapping; by default their file names do. It may be a function that returns the source for the
    name of a file. `encoding` is the encoding of text, unless a mapping states it; by default each
    file decides. `strict` raises the first reject as an `InputError`. `progress` is called with a
    list's label and the number of records read from it so far. `meanwhile` is called once; if it
    pays, while copies of this process read.

    Raises `FormatError` for a file given by name whose format is not known, `MappingError` for a
    mapping that does not fit, and `InputError` if a file cannot be read or if nothing can be read.
    """
    planned, skipped = plan_reads(
        paths, format=format, mapping=mapping, source=source, encoding=encoding
    )
    if strict and skipped:
        raise reject_error(skipped[0])
    reads = read_planned(planned, rules, strict=strict, progress=progress, meanwhile=meanwhile)
    intake = assemble(reads, skipped, rules.workers, apart=rules.apart)
    if strict and intake.rejects:
        raise reject_error(intake.rejects[0])
    return intake


def plan_reads(
    paths: Sequence[Path],
    *,
    format: str | None = None,
    mapping: Mapping | Sequence[Mapping] | None = None,
    source: str | NameSource = "",
    encoding: str = "",
) -> tuple[list[PlannedList], list[Reject]]:
    """Return the lists to read, sorted by label, and a reject for each skipped file.

    Only files in a directory or zip are skipped. For other files, the errors of `read_lists` are
    raised.
    """
    if (
        isinstance(source, str)
        and source
        and not (_SOURCE_NAME.fullmatch(source) and is_list_source_name(source))
    ):
        raise MappingError(
            f"{source!r} cannot be the name of a source",
            hint="use letters, digits, dots and hyphens, such as border-police",
        )
    mappings = [mapping] if isinstance(mapping, Mapping) else list(mapping or ())
    forced_row = _find_row(format, mappings)
    claimed, skipped = _match_files(find_files(paths, encoding), forced_row, mappings)
    if callable(source):
        claimed = [
            (file, table_reader.source_row(source(file.file.stem)))
            if row is table_reader.ROW
            else (file, row)
            for file, row in claimed
        ]
    elif source:
        claimed = _name_source(claimed, source)
    planned = []
    for item in group_files(claimed):
        if item.lacks_principal:
            reason = f"the main file of its {item.row.name} list is missing"
            skipped.append(Reject.of_file(item.unit.label, reason))
        else:
            planned.append(item)
    if not planned:
        raise _no_list_error(paths, skipped)
    if mappings and all(item.row.name != table_reader.NAME for item in planned):
        names = ", ".join(sorted({item.row.name for item in planned}))
        raise UnneededMappingError(
            f"no file needs the mapping: all are {names}",
            hint=f"add --format {table_reader.NAME} to use it",
        )
    return planned, skipped


def _name_source(
    claimed: Sequence[tuple[InputFile, ReaderRow]], source: str
) -> list[tuple[InputFile, ReaderRow]]:
    """Return the files; tables that no mapping reads get the source.

    Raises `MappingError` if there is no such table.
    """
    if all(row is not table_reader.ROW for _, row in claimed):
        names = ", ".join(sorted({row.name for _, row in claimed}))
        raise MappingError(
            f"no file takes the source {source!r}: all are {names or 'not read'}",
            hint="leave the source out; a list or a mapping names its own",
        )
    row = table_reader.source_row(source)
    return [(file, row if other is table_reader.ROW else other) for file, other in claimed]


def _match_files(
    files: Sequence[InputFile], forced_row: ReaderRow | None, mappings: Sequence[Mapping]
) -> tuple[list[tuple[InputFile, ReaderRow]], list[Reject]]:
    """Return the files with their rows, and a reject for each file that no row reads."""
    claimed: list[tuple[InputFile, ReaderRow]] = []
    skipped: list[Reject] = []
    for candidate in files:
        row, reason = _match_row(candidate, forced_row, mappings)
        if row is not None:
            claimed.append((candidate, row))
        elif candidate.is_explicit:
            raise FormatError(reason, place=candidate.file.label, hint=_REMEDY)
        else:
            skipped.append(Reject.of_file(candidate.file.label, reason))
    return claimed, skipped


def _no_list_error(paths: Sequence[Path], skipped: Sequence[Reject]) -> FormatError:
    reasons = (
        "; ".join(f"{reject.file} {reject.reason}" for reject in skipped[:3]) or "it holds no files"
    )
    rest = f" and {len(skipped) - 3} more" if len(skipped) > 3 else ""
    names = ", ".join(path.name or str(path) for path in paths)
    return FormatError(f"no list was found: {reasons}{rest}", place=names, hint=_REMEDY)


def _find_row(format: str | None, mappings: Sequence[Mapping]) -> ReaderRow | None:
    """Return the row that `format` names, or None if formats are to be detected."""
    if format is None:
        return None
    row = next((row for row in READERS if row.name == format), None)
    if row is None:
        suggestion = closest_word(format, [row.name for row in READERS])
        question = f"; did you mean {suggestion!r}?" if suggestion else ""
        raise FormatError(
            f"no format is called {format!r}{question}", hint=f"known are {_format_names()}"
        )
    if mappings and row.name != table_reader.NAME:
        raise MappingError(
            f"a mapping reads tables, not {row.name}", hint="leave out --format or --mapping"
        )
    return row


def _match_row(
    candidate: InputFile, forced_row: ReaderRow | None, mappings: Sequence[Mapping]
) -> tuple[ReaderRow | None, str]:
    """Return the row that reads a file, or None and the reason.

    Raises `InputError` for an empty file given by name.
    """
    head = b"" if candidate.fault else candidate.file.head()
    if fault := _find_fault(candidate, head):
        return None, fault
    row = forced_row or _detect_row(head, candidate.file, is_mapped=bool(mappings))
    if forced_row is None or forced_row.name == table_reader.NAME:
        adjacent = find_adjacent_mapping(candidate.file)
        if adjacent is not None:
            return _mapped_row(candidate.file, [adjacent])
    if mappings and (row is None or row.name == table_reader.NAME):
        row = None
        is_stated = any(item.encoding for item in mappings)
        if forced_row is not None or is_stated or table_reader.is_table(head, candidate.file):
            return _mapped_row(candidate.file, mappings)
    reason = table_reader.explain_refusal(head, candidate.file)
    return row, reason or f"format not known; known are {_format_names()}"


def _detect_row(head: bytes, file: SourceFile, *, is_mapped: bool) -> ReaderRow | None:
    """Return the first row that claims a file; if a mapping reads tables, no table format claims
    it.
    """
    rows = (row for row in READERS if not (is_mapped and row.name == table_reader.NAME))
    return next((row for row in rows if row.detect(head, file)), None)


def _find_fault(candidate: InputFile, head: bytes) -> str:
    """Return why no format can read a file, or an empty text."""
    if candidate.fault:
        return candidate.fault
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        if candidate.is_explicit:
            raise InputError("the file is empty", place=candidate.file.label)
        return "the file is empty"
    return "an archive or workbook inside an archive is not opened" if is_archive(head) else ""


def _mapped_row(file: SourceFile, mappings: Sequence[Mapping]) -> tuple[ReaderRow | None, str]:
    """Return the row that reads a table by a mapping.

    A sheet without the mapped columns is skipped, since a workbook may have other sheets.
    """
    try:
        mapping = choose_mapping(file, mappings)
        if file.worksheet is not None:
            mapping.columns(open_table_file(file).columns)
    except InputError as error:
        if file.worksheet is None:
            raise
        return None, error.message
    return table_reader.mapped_row(mapping), ""


def _format_names() -> str:
    return ", ".join(row.name for row in READERS)
