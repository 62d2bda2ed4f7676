"""Which files there are to read: paths given by the user become files, and files of one list become one unit.

A path is a file, a zip (its members stand for it) or a directory (the lists in it, recursively). Hidden files and
READMEs inside directories and zips are passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PurePosixPath

from resolver.errors import InputError
from resolver.ingest.formats.tabular.mapping_choice import is_mapping_file
from resolver.ingest.io.source_files import SourceFile, is_zip, zip_members
from resolver.ingest.reader_types import ListUnit, ReaderRow


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read. `named`: given by name; `place`: the directory or archive whose files may belong together."""

    file: SourceFile
    named: bool
    place: str


def find_files(paths: Sequence[Path]) -> list[Found]:
    """All files the paths stand for, sorted by label. Raises `InputError` for a path that is absent or no file."""
    found: list[Found] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(
                file
                for file in path.rglob("*")
                if file.is_file() and _wanted(file.relative_to(path))
            )
            for file in inside:
                found += _in_file(file, file.relative_to(path).as_posix(), named=False)
        elif path.is_file():
            found += [] if is_mapping_file(path) else _in_file(path, path.name, named=True)
        elif path.exists():
            raise InputError("is neither a file nor a directory", where=path.name)
        else:
            raise InputError("there is no such file", where=str(path))
    return sorted(_told_apart(found), key=lambda one: (one.file.label, str(one.file.path)))


def _in_file(path: Path, name: str, *, named: bool) -> list[Found]:
    if not is_zip(path):
        return [Found(SourceFile(path, name=name), named, str(path.parent))]
    inside = [
        file
        for file in zip_members(path, name)
        if _wanted(PurePosixPath(file.member.replace("\\", "/")))
    ]
    return [Found(file, False, f"{path}!{PurePosixPath(file.member).parent}") for file in inside]


def _wanted(relative: PurePath) -> bool:
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in relative.parts)
    return not (hidden or relative.name.upper().startswith("README") or is_mapping_file(relative))


def _told_apart(found: list[Found]) -> list[Found]:
    """Each file once, with labels that tell different files apart by as many directories as it takes (at most five)."""
    found = list({(one.file.path.resolve(), one.file.member): one for one in found}.values())
    for _ in range(5):
        names = Counter(one.file.name for one in {one.file.path: one for one in found}.values())
        if max(names.values(), default=1) == 1:
            break
        found = [_with_parent(one) if names[one.file.name] > 1 else one for one in found]
    return found


def _with_parent(found: Found) -> Found:
    count = len(PurePosixPath(found.file.name).parts) + 1
    name = PurePosixPath(*found.file.path.absolute().parts[-count:]).as_posix()
    return replace(found, file=replace(found.file, name=name))


@dataclass(frozen=True, slots=True)
class Planned:
    """A list to read: its format, its files, and what to say about it. `headless`: its principal file is not there."""

    row: ReaderRow
    unit: ListUnit
    notes: tuple[str, ...] = ()
    headless: bool = False


def to_units(claimed: Iterable[tuple[Found, ReaderRow]]) -> list[Planned]:
    """Files of one list (companions in one place) gathered into units; sorted by label."""
    planned: list[Planned] = []
    groups: dict[tuple[str, str, int], dict[str, SourceFile]] = {}
    kinds: dict[tuple[str, str, int], tuple[ReaderRow, tuple[str, ...]]] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    for found, row in claimed:
        stem = found.file.stem.lower()
        stems = next((stems for stems in row.companions if stem in stems), None)
        if stems is None:
            planned.append(Planned(row, ListUnit((found.file,))))
            continue
        place = f"{found.place}/{stems[0]}"
        # the second `sdn` of one place (sdn.csv beside sdn.csv.gz) begins a second list
        key = (row.name, place, seen[(row.name, place, stem)])
        seen[(row.name, place, stem)] += 1
        groups.setdefault(key, {})[stem] = found.file
        kinds[key] = (row, stems)
    planned += [_planned(*kinds[key], members) for key, members in groups.items()]
    return sorted(planned, key=lambda one: one.unit.label)


def _planned(row: ReaderRow, stems: tuple[str, ...], members: dict[str, SourceFile]) -> Planned:
    unit = ListUnit(tuple(members[stem] for stem in stems if stem in members))
    missing = [stem for stem in stems if stem not in members]
    notes = [
        f"{unit.label}: {stem}{unit.files[0].suffix}, a part of this list, is not there"
        for stem in missing
    ]
    return Planned(row, unit, tuple(notes), headless=stems[0] in missing)
