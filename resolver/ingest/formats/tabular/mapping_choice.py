"""Which mapping reads which table: the one beside it, else the first of those given whose columns are all there.

`suspects.csv` is read by `suspects.csv.mapping.yml` or `suspects.mapping.yml` in its folder, if there is one. Mappings
are no lists: wherever files are looked for they are passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from resolver.errors import MappingError
from resolver.ingest.formats.tabular.mapping import Mapping, load_mapping
from resolver.ingest.formats.tabular.table_files import open_table
from resolver.ingest.io.source_files import SourceFile

SUFFIXES = (".mapping.yml", ".mapping.yaml")


def is_mapping_file(path: PurePath) -> bool:
    """Whether a file is a mapping that lies beside a table."""
    return path.name.lower().endswith(SUFFIXES)


def beside(file: SourceFile) -> Mapping | None:
    """The mapping that lies beside a file (an archive has none). Raises `MappingError` for one that is damaged."""
    if file.member:
        return None
    for stem in (file.path.name, file.stem):
        for suffix in SUFFIXES:
            path = file.path.with_name(stem + suffix)
            if path.is_file():
                return load_mapping(path)
    return None


def fitting(file: SourceFile, mappings: Sequence[Mapping]) -> Mapping:
    """The mapping of those given (at least one) that reads a table. Of several, each must say which columns it needs.

    Raises `MappingError` where none of several fits, `InputError` where the file is no table. One alone is not tried
    here: reading says better what does not fit.
    """
    if len(mappings) == 1:
        return mappings[0]
    reasons = []
    for mapping in mappings:
        try:
            mapping.columns(open_table(file, mapping.delimiter).columns)
        except MappingError as error:
            reasons.append(f"{mapping.source}: {error.what}")
        else:
            return mapping
    raise MappingError(
        f"none of the mappings fits ({'; '.join(reasons)})",
        where=file.label,
        mend="add one that does",
    )
