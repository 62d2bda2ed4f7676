"""Lists as files: one writer per agency, fed chunk by chunk, and the truth beside them."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from resolver.errors import OutputError
from resolver.synthetic import json_lists
from resolver.synthetic.agencies import Agency, Format
from resolver.synthetic.chunks import Chunk
from resolver.synthetic.json_columns import encoded
from resolver.synthetic.random_columns import join
from resolver.synthetic.table_lists import DATA, OFFICE, Layout

SUFFIX = {
    Format.FTM: ".ftm.json",
    Format.CSV: ".csv",
    Format.PARQUET: ".parquet",
    Format.INTERPOL: ".json",
    Format.SENZING: ".jsonl",
}
_JSON = {
    Format.FTM: json_lists.ftm,
    Format.SENZING: json_lists.senzing,
    Format.INTERPOL: json_lists.interpol,
}
_TEXT = pa.string()


class ListWriter(Protocol):
    """Writes the records of one agency."""

    def write(self, records: pa.Table) -> None:
        """Append records."""

    def close(self) -> None:
        """Finish the file."""


class _JsonWriter:
    def __init__(self, path: Path, agency: Agency) -> None:
        self._render, self._code = _JSON[agency.format], agency.code
        self._file: BinaryIO = path.open("wb")

    def write(self, records: pa.Table) -> None:
        self._file.write(self._render(records, self._code))

    def close(self) -> None:
        self._file.close()


class _CsvWriter:
    def __init__(self, path: Path, layout: Layout) -> None:
        self._layout = layout
        schema = pa.schema([(name, _TEXT) for name in layout.columns])
        options = pyarrow.csv.WriteOptions(quoting_style="needed")
        self._writer = pyarrow.csv.CSVWriter(path, schema, write_options=options)

    def write(self, records: pa.Table) -> None:
        self._writer.write_table(self._layout.table(records))

    def close(self) -> None:
        self._writer.close()


class _ParquetWriter:
    def __init__(self, path: Path, layout: Layout) -> None:
        self._layout = layout
        self._writer = pq.ParquetWriter(
            path, pa.schema([(name, _TEXT) for name in layout.columns]), compression="zstd"
        )

    def write(self, records: pa.Table) -> None:
        self._writer.write_table(self._layout.table(records))

    def close(self) -> None:
        self._writer.close()


def file_name(agency: Agency) -> str:
    """The name of an agency's list."""
    return agency.code + SUFFIX[agency.format]


def open_list(folder: Path, agency: Agency) -> ListWriter:
    """The writer of an agency's list; tables also get their mapping file. Raises `OutputError` where it cannot be
    written."""
    path = folder / file_name(agency)
    try:
        if agency.format in _JSON:
            return _JsonWriter(path, agency)
        layout = OFFICE if agency.format == Format.CSV else DATA
        (folder / f"{agency.code}.mapping.yml").write_text(layout.mapping(agency), "utf-8")
        return (
            _CsvWriter(path, layout)
            if agency.format == Format.CSV
            else _ParquetWriter(path, layout)
        )
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror or error}", where=path.name
        ) from None


class WorldWriter:
    """All lists of a world and `truth.csv` (`record_id,true_id,kind`), as a context manager."""

    def __init__(self, folder: Path, agencies: tuple[Agency, ...]) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"cannot be made: {error.strerror or error}", where=str(folder)
            ) from None
        self._lists = [open_list(folder, agency) for agency in agencies]
        self._truth = (folder / "truth.csv").open("wb")
        self._truth.write(b"record_id,true_id,kind\n")

    def write(self, chunk: Chunk) -> None:
        """Append a chunk to all lists. Raises `OutputError` where the disk is full or the like."""
        try:
            for place, writer in enumerate(self._lists):
                writer.write(chunk.of_agency(place))
            self._truth.write(encoded(join([chunk.record_ids, chunk.true_ids, chunk.kinds], ",")))
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
