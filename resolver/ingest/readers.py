"""The table of list formats, and reading lists of any of them into one intake.

`READERS` is in order of detection: what one list looks like comes before what any table looks like. Detection looks at
content, never at names alone. Adding a format is one file in this folder and one row here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from resolver.errors import FormatError, InputError, MappingError
from resolver.ingest.assemble import assemble
from resolver.ingest.discovery import (
    Found,
    Planned,
    find_files,
    to_units,
)
from resolver.ingest.formats import (
    bis_dpl,
    eu_journal,
    interpol,
    ofac,
    un_sc,
)
from resolver.ingest.formats.ftm import ftm_reader
from resolver.ingest.formats.senzing import senzing_reader
from resolver.ingest.formats.tabular import table_reader
from resolver.ingest.formats.tabular.mapping import Mapping, nearest
from resolver.ingest.formats.tabular.mapping_choice import beside, fitting
from resolver.ingest.io.sniffing import is_archive
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.list_reading import Progress, read_unit, refusal
from resolver.ingest.reader_types import Intake, ReaderRow, Reject

READERS: tuple[ReaderRow, ...] = (
    ofac.ROW,
    un_sc.ROW,
    eu_journal.ROW,
    bis_dpl.ROW,
    ftm_reader.ROW,
    senzing_reader.ROW,
    interpol.ROW,
    table_reader.ROW,
)

_MEND = "say what it is with --format NAME, or which columns hold what with --mapping FILE.yml"


def detect_format(file: SourceFile) -> ReaderRow | None:
    """The first row of `READERS` whose list this file is, or None. Raises `InputError` for a damaged file."""
    head = file.head()
    return next((row for row in READERS if row.detect(head, file)), None)


def read_lists(
    paths: Sequence[Path],
    *,
    format: str | None = None,
    mapping: Mapping | Sequence[Mapping] | None = None,
    strict: bool = False,
    accept_restricted: bool = False,
    complete: bool = False,
    progress: Progress | None = None,
) -> Intake:
    """Read lists of any known format, any mix, into one intake that does not depend on their order.

    `format` names the format of all files; otherwise each is detected. `mapping` (one or several, see `mapped`) reads
    every file that no format but a plain table claims, unless a mapping of its own lies beside it. `strict` makes the
    first reject an `InputError`; `accept_restricted` admits handling codes above H0; `complete`
    says that the lists hold all of their sources. `progress` is called with a list's
    label and the records read of it so far. Raises `FormatError` for a file given by name whose format is not known,
    `MappingError` for a mapping that does not fit, `InputError` where a file cannot be read or nothing can.
    """
    planned, skipped = plan(paths, format=format, mapping=mapping)
    if strict and skipped:
        raise refusal(skipped[0])
    options = {"strict": strict, "accept_restricted": accept_restricted}
    reads = [
        read_unit(one.row, one.unit, notes=one.notes, progress=progress, **options)
        for one in planned
    ]
    if complete:
        reads = [replace(read, complete=True) for read in reads]
    intake = assemble(reads, skipped)
    if strict and intake.rejects:
        raise refusal(intake.rejects[0])
    return intake


def plan(
    paths: Sequence[Path],
    *,
    format: str | None = None,
    mapping: Mapping | Sequence[Mapping] | None = None,
) -> tuple[list[Planned], list[Reject]]:
    """What will be read how, sorted by label, and the files in directories and zips that will not, with the reason."""
    mappings = [mapping] if isinstance(mapping, Mapping) else list(mapping or ())
    chosen = _chosen(format, mappings)
    claimed: list[tuple[Found, ReaderRow]] = []
    skipped: list[Reject] = []
    for found in find_files(paths):
        row, why = _claim(found, chosen, mappings)
        if row is not None:
            claimed.append((found, row))
        elif found.named:
            raise FormatError(why, where=found.file.label, mend=_MEND)
        else:
            skipped.append(Reject(found.file.label, 0, f"skipped: {why}"))
    planned = to_units(claimed)
    for one in planned:
        if one.headless:
            skipped.append(
                Reject(
                    one.unit.label,
                    0,
                    f"skipped: the main file of its {one.row.name} list is not there",
                )
            )
    planned = [one for one in planned if not one.headless]
    if not planned:
        raise _no_list(paths, skipped)
    if mappings and all(one.row.name != table_reader.NAME for one in planned):
        names = ", ".join(sorted({one.row.name for one in planned}))
        raise MappingError(
            f"no file needs the mapping: all are {names}",
            mend=f"add --format {table_reader.NAME} to use it",
        )
    return planned, skipped


def _no_list(paths: Sequence[Path], skipped: Sequence[Reject]) -> FormatError:
    reasons = (
        "; ".join(f"{reject.file} {reject.reason}" for reject in skipped[:3]) or "it holds no files"
    )
    more = f" and {len(skipped) - 3} more" if len(skipped) > 3 else ""
    names = ", ".join(path.name or str(path) for path in paths)
    return FormatError(f"no list was found: {reasons}{more}", where=names, mend=_MEND)


def _chosen(format: str | None, mappings: Sequence[Mapping]) -> ReaderRow | None:
    """The row that `format` names, or None where formats are to be detected."""
    if format is None:
        return None
    row = next((row for row in READERS if row.name == format), None)
    if row is None:
        close = nearest(format, [row.name for row in READERS])
        hint = f"; did you mean {close!r}?" if close else ""
        raise FormatError(f"no format is called {format!r}{hint}", mend=f"known are {_known()}")
    if mappings and row.name != table_reader.NAME:
        raise MappingError(
            f"a mapping reads tables, not {row.name}", mend="leave out --format or --mapping"
        )
    return row


def _claim(
    found: Found, chosen: ReaderRow | None, mappings: Sequence[Mapping]
) -> tuple[ReaderRow | None, str]:
    """The row that reads a file, or why none does. Raises `InputError` for an empty file given by name."""
    head = found.file.head()
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        if found.named:
            raise InputError("the file is empty", where=found.file.label)
        return None, "the file is empty"
    if is_archive(head):
        return None, "an archive inside an archive is not opened"
    row = chosen or next((row for row in READERS if row.detect(head, found.file)), None)
    own = beside(found.file) if chosen is None or chosen.name == table_reader.NAME else None
    if own is not None:
        return table_reader.mapped_row(own), ""
    if mappings and (row is None or row.name == table_reader.NAME):
        fits = table_reader.is_table(head, found.file) or chosen is not None
        row = table_reader.mapped_row(fitting(found.file, mappings)) if fits else None
    return row, table_reader.why_not(head, found.file) or f"format not known; known are {_known()}"


def _known() -> str:
    return ", ".join(row.name for row in READERS)
