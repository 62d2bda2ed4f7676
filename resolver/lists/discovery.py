"""Discovery of files: paths of the user become files, and files of one list become one unit.

A path is a file, a zip (read as its members), a workbook (read as its sheets) or a directory (read
recursively). Hidden files and READMEs inside directories and zips are skipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PurePosixPath

from resolver.errors import InputError
from resolver.lists.formats.tabular.mapping import is_mapping_file
from resolver.lists.io.code_pages import check_encoding
from resolver.lists.io.source_files import SourceFile, is_zip, zip_members
from resolver.lists.io.workbooks import extract_worksheets, is_workbook
from resolver.lists.reader_types import ListUnit, ReaderRow


@dataclass(frozen=True, slots=True)
class InputFile:
    """File to read. `is_explicit`: the user gave its name.

    `folder`: the directory or archive whose files may form one list. `fault`: why the file cannot
    be read.
    """

    file: SourceFile
    is_explicit: bool
    folder: str
    notes: tuple[str, ...] = ()
    fault: str = ""


def _candidates_in(directory: Path) -> list[Path]:
    return sorted(
        file
        for file in directory.rglob("*")
        if file.is_file() and _is_candidate(file.relative_to(directory))
    )


def find_files(paths: Sequence[Path], encoding: str = "") -> list[InputFile]:
    """Return all files to which the paths lead, sorted by label. `encoding`: stated encoding of
    their text (empty: each file decides).

    Raises `InputError` for a path that does not exist or is neither a file nor a directory, and for
    an unknown encoding.
    """
    codec = check_encoding(encoding) if encoding else ""
    files: list[InputFile] = []
    for path in paths:
        if path.is_dir():
            for file in _candidates_in(path):
                files += _files_in(file, file.relative_to(path).as_posix(), is_explicit=False)
        elif path.is_file():
            files += [] if is_mapping_file(path) else _files_in(path, path.name, is_explicit=True)
        elif path.exists():
            raise InputError("is neither a file nor a directory", place=path.name)
        else:
            raise InputError("there is no such file", place=str(path))
    if codec:
        files = [replace(item, file=replace(item.file, encoding=codec)) for item in files]
    return sorted(
        _with_unique_labels(files), key=lambda item: (item.file.label, str(item.file.path))
    )


def _files_in(path: Path, name: str, *, is_explicit: bool) -> list[InputFile]:
    if is_workbook(path):
        return _worksheets_in(path, name, is_explicit=is_explicit)
    if not is_zip(path):
        return [InputFile(SourceFile(path, name=name), is_explicit, str(path.parent))]
    members = [
        file
        for file in zip_members(path, name)
        if _is_candidate(PurePosixPath(file.member.replace("\\", "/")))
    ]
    return [
        InputFile(file, False, f"{path}!{PurePosixPath(file.member).parent}") for file in members
    ]


def _worksheets_in(path: Path, name: str, *, is_explicit: bool) -> list[InputFile]:
    """Return the sheets of a workbook. A workbook that cannot be read is an error only if the user
    named it.
    """
    try:
        sheets = extract_worksheets(path, name)
    except InputError as error:
        if is_explicit:
            raise
        fault = f"{error.message} ({error.hint})" if error.hint else error.message
        return [InputFile(SourceFile(path, name=name), False, str(path.parent), fault=fault)]
    return [InputFile(worksheet.file, False, str(path), worksheet.notes) for worksheet in sheets]


def _is_candidate(relative: PurePath) -> bool:
    is_hidden = any(part.startswith(".") or part == "__MACOSX" for part in relative.parts)
    return not (
        is_hidden or relative.name.upper().startswith("README") or is_mapping_file(relative)
    )


def _with_unique_labels(files: list[InputFile]) -> list[InputFile]:
    """Drop repeated files, and extend equal labels by parent directories (at most five)."""
    files = list({(item.file.path.resolve(), item.file.member): item for item in files}.values())
    for _ in range(5):
        names = Counter(
            item.file.name for item in {item.file.path: item for item in files}.values()
        )
        if max(names.values(), default=1) == 1:
            break
        files = [_extend_label(item) if names[item.file.name] > 1 else item for item in files]
    return files


def _extend_label(item: InputFile) -> InputFile:
    count = len(PurePosixPath(item.file.name).parts) + 1
    name = PurePosixPath(*item.file.path.absolute().parts[-count:]).as_posix()
    return replace(item, file=replace(item.file, name=name))


@dataclass(frozen=True, slots=True)
class PlannedList:
    """List to read: its format, its files, and notes."""

    row: ReaderRow
    unit: ListUnit
    notes: tuple[str, ...] = ()
    lacks_principal: bool = False


def group_files(claimed: Iterable[tuple[InputFile, ReaderRow]]) -> list[PlannedList]:
    """Gather files of one list (companions in one folder) into units, sorted by label."""
    lists: list[PlannedList] = []
    groups: dict[tuple[str, str, int], dict[str, SourceFile]] = {}
    formats: dict[tuple[str, str, int], tuple[ReaderRow, tuple[str, ...]]] = {}
    occurrences: Counter[tuple[str, str, str]] = Counter()
    for item, row in claimed:
        stem = item.file.stem.lower()
        stems = next((stems for stems in row.companions if stem in stems), None)
        if stems is None:
            lists.append(PlannedList(row, ListUnit((item.file,)), item.notes))
            continue
        place = f"{item.folder}/{stems[0]}"
        # A second `sdn` in one folder (sdn.csv next to sdn.csv.gz) begins a second list.
        key = (row.name, place, occurrences[(row.name, place, stem)])
        occurrences[(row.name, place, stem)] += 1
        groups.setdefault(key, {})[stem] = item.file
        formats[key] = (row, stems)
    lists += [_plan_list(*formats[key], members) for key, members in groups.items()]
    return sorted(lists, key=lambda planned: planned.unit.label)


def _plan_list(
    row: ReaderRow, stems: tuple[str, ...], members: dict[str, SourceFile]
) -> PlannedList:
    unit = ListUnit(tuple(members[stem] for stem in stems if stem in members))
    missing = [stem for stem in stems if stem not in members]
    notes = [
        f"{unit.label}: {stem}{unit.files[0].suffix}, a part of this list, is missing"
        for stem in missing
    ]
    return PlannedList(row, unit, tuple(notes), lacks_principal=stems[0] in missing)
