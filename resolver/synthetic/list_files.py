"""List files: one writer per agency, filled chunk by chunk, and the truth."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from resolver.errors import OutputError
from resolver.synthetic import json_lists
from resolver.synthetic.agencies import Agency, ListFormat
from resolver.synthetic.chunks import Chunk
from resolver.synthetic.json_columns import encode_lines
from resolver.synthetic.random_columns import concat_texts
from resolver.synthetic.table_lists import DATA_LAYOUT, OFFICE_LAYOUT, TableLayout

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
        """Append a chunk to all lists. Raises `OutputError` if writing fails, as on a full disk."""
        try:
            for place, writer in enumerate(self._lists):
                writer.write(chunk.agency_table(place))
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
