"""Generated world of persons, criminal groups and ships: the lists of its agencies, and the truth.

No person in it exists. Names come from lists of frequent names, all other values from random
numbers. `generate` returns records. `write_world` writes one list file per agency, chunk by chunk,
and the truth. Lists in table formats come with mapping files that describe their columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import yaml

from resolver.errors import OutputError, UsageError
from resolver.records import Record
from resolver.records.progress import SILENT, Progress
from resolver.world import json_lists
from resolver.world.agencies import Agency, ListFormat, make_agencies
from resolver.world.chunks import CHUNK_RECORDS, WORLD_COLUMNS, Chunk, WorldColumn, make_chunk
from resolver.world.corruptions import (
    CORRUPTIONS,
    Corruption,
    Probe,
    make_probes,
    spell_name_variants,
)
from resolver.world.cultures import CULTURE_NAMES
from resolver.world.json_lists import encode_lines, to_records
from resolver.world.name_lexicon import concat_texts

__all__ = [
    "CORRUPTIONS",
    "CULTURE_NAMES",
    "Corruption",
    "Probe",
    "World",
    "WorldSummary",
    "generate",
    "make_probes",
    "spell_name_variants",
    "write_world",
]


@dataclass(frozen=True, slots=True)
class TableLayout:
    """Layout of a table.

    `columns` maps a column of the file to the column of the world. `properties` maps a property to
    columns of the file. `schema` is the column that states what a row describes.
    """

    columns: dict[str, str]
    properties: dict[str, list[str]]
    id: str
    schema: str

    def select_columns(self, content: pa.Table) -> pa.Table:
        """Return the columns that the file has, from the columns of the world."""
        return pa.table({name: content.column(source) for name, source in self.columns.items()})

    def mapping_text(self, agency: Agency) -> str:
        """Return the mapping file of an agency as YAML."""
        content = {
            "id": self.id,
            "schema": self.schema,
            "source": agency.code,
            "agency": agency.code,
            "day_first": True,
            "properties": {
                prop: names if len(names) > 1 else names[0]
                for prop, names in self.properties.items()
            },
        }
        return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120))


def _make_layout(columns: Mapping[str, WorldColumn], identity: str) -> TableLayout:
    """Return the layout of a table whose columns have these names."""
    properties: dict[str, list[str]] = {}
    for name, column in columns.items():
        if column.prop:
            properties.setdefault(column.prop, []).append(name)
    return TableLayout(
        {name: column.name for name, column in columns.items()}, properties, identity, "schema"
    )


OFFICE_LAYOUT = _make_layout(
    {column.office: column for column in WORLD_COLUMNS if column.office}, "record_id"
)
DATA_LAYOUT = _make_layout(
    {column.data or column.office: column for column in WORLD_COLUMNS if column.office}, "id"
)


SUFFIXES = {
    ListFormat.FTM: ".ftm.json",
    ListFormat.CSV: ".csv",
    ListFormat.PARQUET: ".parquet",
    ListFormat.INTERPOL: ".json",
    ListFormat.SENZING: ".jsonl",
}
_JSON = {
    ListFormat.FTM: json_lists.render_ftm,
    ListFormat.SENZING: json_lists.render_senzing,
    ListFormat.INTERPOL: json_lists.render_interpol,
}
_TEXT = pa.string()


class ListWriter(Protocol):
    """Writer of the records of one agency."""

    def write(self, records: pa.Table) -> None:
        """Append records."""

    def close(self) -> None:
        """Finish the file."""


class _JsonWriter:
    def __init__(self, path: Path, agency: Agency) -> None:
        self._render, self._code = _JSON[agency.format], agency.code
        self._file: BinaryIO = path.open("wb")

    def write(self, records: pa.Table) -> None:
        """Append records."""
        self._file.write(self._render(records, self._code))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _CsvWriter:
    def __init__(self, path: Path, layout: TableLayout) -> None:
        self._layout = layout
        schema = pa.schema([(name, _TEXT) for name in layout.columns])
        options = pyarrow.csv.WriteOptions(quoting_style="needed")
        self._writer = pyarrow.csv.CSVWriter(path, schema, write_options=options)

    def write(self, records: pa.Table) -> None:
        """Append records."""
        self._writer.write_table(self._layout.select_columns(records))

    def close(self) -> None:
        """Close the file."""
        self._writer.close()


class _ParquetWriter:
    def __init__(self, path: Path, layout: TableLayout) -> None:
        self._layout = layout
        self._writer = pq.ParquetWriter(
            path, pa.schema([(name, _TEXT) for name in layout.columns]), compression="zstd"
        )

    def write(self, records: pa.Table) -> None:
        """Append records."""
        self._writer.write_table(self._layout.select_columns(records))

    def close(self) -> None:
        """Close the file."""
        self._writer.close()


def list_file_name(agency: Agency) -> str:
    """Return the file name of an agency's list."""
    return agency.code + SUFFIXES[agency.format]


def open_list(folder: Path, agency: Agency) -> ListWriter:
    """Open the writer of an agency's list; tables also get their mapping file.

    Raises `OutputError` if a file cannot be written.
    """
    path = folder / list_file_name(agency)
    try:
        if agency.format in _JSON:
            return _JsonWriter(path, agency)
        layout = OFFICE_LAYOUT if agency.format == ListFormat.CSV else DATA_LAYOUT
        (folder / f"{agency.code}.mapping.yml").write_text(layout.mapping_text(agency), "utf-8")
        return (
            _CsvWriter(path, layout)
            if agency.format == ListFormat.CSV
            else _ParquetWriter(path, layout)
        )
    except OSError as error:
        raise OutputError(
            f"the list cannot be written: {error.strerror or error}", place=path.name
        ) from None


class WorldWriter:
    """Writer of all lists of a world and `truth.csv` (`record_id,true_id,kind`)."""

    def __init__(self, folder: Path, agencies: tuple[Agency, ...]) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"the folder cannot be created: {error.strerror or error}", place=str(folder)
            ) from None
        self._lists = [open_list(folder, agency) for agency in agencies]
        self._truth = (folder / "truth.csv").open("wb")
        self._truth.write(b"record_id,true_id,kind\n")

    def write(self, chunk: Chunk) -> None:
        """Append a chunk to all lists. Raises `OutputError` if writing fails, for example on a full
        disk.
        """
        try:
            for index, writer in enumerate(self._lists):
                writer.write(chunk.agency_table(index))
            self._truth.write(
                encode_lines(concat_texts([chunk.record_ids, chunk.true_ids, chunk.kinds], ","))
            )
        except OSError as error:
            raise OutputError(f"the lists cannot be written: {error.strerror or error}") from None

    def __enter__(self) -> WorldWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for writer in self._lists:
            writer.close()
        self._truth.close()


@dataclass(frozen=True, slots=True)
class World:
    """Generated world.

    `truth` maps each record id to its true id. `kinds` and `cultures` map each true id to its kind
    (`person`, `group`, `asset`) and its name culture (empty for assets). `roles` maps a true id to
    its special role (`twin`, …).
    """

    records: tuple[Record, ...]
    truth: Mapping[str, str]
    kinds: Mapping[str, str]
    cultures: Mapping[str, str]
    roles: Mapping[str, str]
    agencies: tuple[Agency, ...]


@dataclass(frozen=True, slots=True)
class WorldSummary:
    """Summary of the written files.

    `shared` is the number of records whose entity has another record. `files` maps each list file
    to its number of records.
    """

    records: int
    entities: int
    shared: int
    files: Mapping[str, int]


def make_chunks(
    records: int, *, seed: int, agencies: int, networks: bool = False
) -> Iterator[Chunk]:
    """Yield the chunks of a world, in order.

    Raises `UsageError` if no records are asked for, or if the number of agencies is not in 5 … 50.
    """
    if records < 1:
        raise UsageError(f"a world needs at least one record, not {records}")
    agencies_of_world = make_agencies(seed, agencies)
    for number, start in enumerate(range(0, records, CHUNK_RECORDS)):
        size = min(CHUNK_RECORDS, records - start)
        yield make_chunk(seed, number, size, agencies_of_world, networks=networks)


def generate(records: int, *, seed: int = 1, agencies: int = 8, networks: bool = False) -> World:
    """Generate a world of exactly `records` records in memory (about 10 KB each).

    With `networks` it has cells, facilitators, factions and fronts, and their relations. The result
    depends only on the arguments. Raises `UsageError` if no records are asked for, or if the number
    of agencies is not in 5 … 50.
    """
    all_records: list[Record] = []
    truth: dict[str, str] = {}
    kinds: dict[str, str] = {}
    cultures: dict[str, str] = {}
    roles: dict[str, str] = {}
    for chunk in make_chunks(records, seed=seed, agencies=agencies, networks=networks):
        all_records += to_records(chunk)
        true_ids = chunk.true_ids.to_pylist()
        truth.update(zip(chunk.record_ids.to_pylist(), true_ids, strict=True))
        kinds.update(zip(true_ids, chunk.kinds.to_pylist(), strict=True))
        names = [CULTURE_NAMES[index] if index >= 0 else "" for index in chunk.cultures.tolist()]
        cultures.update(zip(true_ids, names, strict=True))
        roles.update(chunk.roles)
    return World(tuple(all_records), truth, kinds, cultures, roles, make_agencies(seed, agencies))


def write_world(
    out_dir: Path,
    records: int,
    *,
    seed: int = 1,
    agencies: int = 8,
    networks: bool = False,
    progress: Progress = SILENT,
) -> WorldSummary:
    """Write a world of exactly `records` records to files.

    Files are one list per agency, mapping files for tables, and `truth.csv`. The same arguments
    give the same bytes; memory does not grow with `records`. `networks` is as in `generate`.
    `progress` receives the number of records done. Raises `UsageError` as `generate` does, and
    `OutputError` if a file cannot be written.
    """
    agencies_of_world = make_agencies(seed, agencies)
    counts = np.zeros(len(agencies_of_world), dtype=np.int64)
    entities = shared = 0
    with WorldWriter(out_dir, agencies_of_world) as writer:
        for chunk in make_chunks(records, seed=seed, agencies=agencies, networks=networks):
            writer.write(chunk)
            counts += np.bincount(chunk.agency, minlength=len(agencies_of_world))
            sizes = np.bincount(chunk.entity)
            entities += len(sizes)
            shared += int(sizes[sizes > 1].sum())
            progress.advance(len(chunk.agency))
    files = {
        list_file_name(agency): int(count)
        for agency, count in zip(agencies_of_world, counts, strict=True)
    }
    return WorldSummary(records, entities, shared, files)
