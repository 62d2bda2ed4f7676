"""Choice of a table's mapping: the one next to it, else the first given one that fits.

`suspects.csv` is read by `suspects.csv.mapping.yml` or `suspects.mapping.yml` in its folder, if
there is one. Mapping files are skipped wherever files are searched for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from resolver.errors import MappingError
from resolver.ingest.formats.tabular.mapping import Mapping, load_mapping
from resolver.ingest.formats.tabular.table_files import open_table_file
from resolver.ingest.io.source_files import SourceFile

SUFFIXES = (".mapping.yml", ".mapping.yaml")


def is_mapping_file(path: PurePath) -> bool:
    """Return whether a file is a mapping next to a table."""
    return path.name.lower().endswith(SUFFIXES)


def find_adjacent_mapping(file: SourceFile) -> Mapping | None:
    """Return the mapping next to a file, if any. Raises `MappingError` for a damaged one.

    An archive has no mapping; that of a workbook is for all its sheets.
    """
    if file.member and file.worksheet is None:
        return None
    for stem in (file.path.name, file.stem, file.path.stem):
        for suffix in SUFFIXES:
            path = file.path.with_name(stem + suffix)
            if path.is_file():
                return load_mapping(path)
    return None


def choose_mapping(file: SourceFile, mappings: Sequence[Mapping]) -> Mapping:
    """Return the first of the mappings (at least one) whose columns the table has.

    Raises `MappingError` where none of several fits, `InputError` where the file is no table.
    """
    # Reading reports the faults of a single mapping better.
    if len(mappings) == 1:
        return mappings[0]
    reasons = []
    for mapping in mappings:
        try:
            mapping.columns(open_table_file(file, mapping.delimiter).columns)
        except MappingError as error:
            reasons.append(f"{mapping.source}: {error.message}")
        else:
            return mapping
    message = f"none of the mappings fits ({'; '.join(reasons)})"
    raise MappingError(message, place=file.label, hint="add one that does")
