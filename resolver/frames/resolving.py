"""Entities in data frames: the engines of the command line run on tables of the caller.

Progress of calls on large tables: bars on a terminal, one line of HTML in a notebook.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup

from resolver.frames import frame_tables
from resolver.frames.results import ResolvedTable, Result
from resolver.lists.assemble import assemble
from resolver.lists.discovery import find_files
from resolver.lists.formats.tabular.table_files import TableFile, open_table_file
from resolver.lists.formats.tabular.table_reader import NAME as TABULAR
from resolver.lists.formats.tabular.table_reader import is_table, read_open_table
from resolver.lists.io.source_files import SourceFile
from resolver.lists.list_reading import read_unit
from resolver.lists.reader_types import WHOLE, Intake, ListUnit, ReaderRow, Reject
from resolver.lists.readers import detect_format, read_lists
from resolver.matching.resolution_task import RunOptions
from resolver.records import Batch
from resolver.records.progress import SILENT, Progress
from resolver.runtime.threads import available_cores

LEAST_ITEMS = 20_000
"""Number of items of a stage below which the stage is not shown."""


@contextmanager
def show_progress(progress: Progress | None) -> Iterator[Progress]:
    """Use the given receiver of progress; without one, use the display that fits the place where
    Python runs.
    """
    if progress is not None:
        yield progress
    elif _is_in_notebook():
        bar = NotebookBar()
        try:
            yield bar
        finally:
            bar.close()
    elif sys.stderr.isatty():
        with TerminalBars() as bars:
            yield bars
    else:
        yield SILENT


def _is_in_notebook() -> bool:
    """Return whether a kernel of Jupyter runs this process; loaded modules alone do not prove
    it.
    """
    module: Any = sys.modules.get("IPython")
    shell = None if module is None else module.get_ipython()
    return hasattr(shell, "kernel")


class TerminalBars:
    """Progress as bars on standard error; stages of few items are not shown."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress as RichProgress

        self._bars = RichProgress(console=Console(stderr=True), transient=True)
        self._task: Any = None
        self._is_large = False

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        """Begin a stage, and end the stage before."""
        self.finish()
        self._is_large |= (total or 0) >= LEAST_ITEMS
        if self._is_large:
            self._task = self._bars.add_task(stage, total=total)

    def advance(self, count: int = 1) -> None:
        """Add items to those done in the stage."""
        if self._task is not None:
            self._bars.update(self._task, advance=count)

    def finish(self) -> None:
        """End the stage."""
        if self._task is not None:
            task = self._bars.tasks[self._task]
            self._bars.update(self._task, total=max(task.completed, 1), completed=task.completed)
            self._task = None


class NotebookBar:
    """Progress as one changing line in a notebook; stages of few items are not shown."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._stage, self._unit = "", ""
        self._total: int | None = None
        self._done = self._shown = 0

    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        """Begin a stage."""
        self._stage, self._total, self._unit = stage, total, unit
        self._done = self._shown = 0
        if (total or 0) >= LEAST_ITEMS or self._handle is not None:
            self._show()

    def advance(self, count: int = 1) -> None:
        """Add items to the finished items of the stage, and show the number after each
        hundredth.
        """
        self._done += count
        if self._handle is not None and self._done - self._shown >= (self._total or 0) / 100:
            self._shown = self._done
            self._show()

    def finish(self) -> None:
        """End the stage."""

    def close(self) -> None:
        """Clear the line."""
        if self._handle is not None:
            self._handle.update(_html(""))

    def _show(self) -> None:
        total = self._total
        of_all = f" of {total:,}" if total else ""
        text = f"{self._stage}: {self._done:,}{of_all} {self._unit}".strip()
        bar = Markup(" <progress max='{}' value='{}'></progress>").format(total or 1, self._done)
        content = _html(Markup("{}{}").format(text, bar if total else ""))
        if self._handle is None:
            self._handle = _notebook_display().display(content, display_id=True)
        else:
            self._handle.update(content)


def _html(text: str) -> Any:
    return _notebook_display().HTML(text)


def _notebook_display() -> Any:
    return import_module("IPython.display")


SOURCE, LEFT, RIGHT = "frame", "left", "right"
"""Names of tables when they are sources of records."""


@dataclass(frozen=True, slots=True)
class TableIntake:
    """Table of a caller as records. `choice` has the meanings of its columns (None for a list of a
    known format).
    """

    table: frame_tables.FrameTable
    intake: Intake
    choice: frame_tables.ColumnChoice | None

    def place_in(self, batch: Batch) -> ResolvedTable:
        """Return the table with the row of each record in a batch that holds all of them."""
        own = self.intake.batch.ids
        rows = np.arange(len(own))
        if self.choice is not None:
            numbers = pc.utf8_slice_codeunits(own, -frame_tables.ROW_DIGITS, None)
            rows = numbers.cast(pa.int64()).to_numpy()
        records = np.full(self.table.rows, -1, dtype=np.int64)
        records[rows] = pc.index_in(own, value_set=batch.ids).to_numpy()
        return ResolvedTable(self.table, self.intake, records, self.choice)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a table: `kind` and `columns` as in `choose_columns`, `source` its name."""

    source: str = SOURCE
    kind: str | None = None
    columns: frame_tables.Columns | None = field(default=None)


def dedupe_table(
    data: Any,
    *,
    kind: str | None = None,
    columns: frame_tables.Columns | None = None,
    merge_at: float | None = None,
    options: RunOptions | None = None,
    progress: Progress | None = None,
) -> Result:
    """Find the rows of a table that are the same person, group or asset.

    `data`: a data frame of pandas or polars, an Arrow table, a DuckDB relation, the path of a file,
    or a list of dicts. `kind`: person, group, asset, legal (person or group), or a column.
    `columns`: what columns mean, if the proposal is wrong. `merge_at`: probability from which pairs
    merge (default: by costs); `options`: all other options of a run. `progress`: receiver of
    progress (default: bars for large tables).

    Raises `InputError` for data that is no table and for a `merge_at` that is no probability,
    `MappingError` for columns that do not fit.
    """
    from resolver.engines import local

    running = complete_options(options, merge_at)
    with show_progress(progress) as display:
        table = read_data(data, ReadOptions(SOURCE, kind, columns), display)
        resolution = local.dedupe(table.intake, running, display)
        return Result((table.place_in(resolution.batch),), resolution, running)


def link_tables(
    left: Any,
    right: Any,
    *,
    kind: str | None = None,
    columns: frame_tables.Columns
    | tuple[frame_tables.Columns | None, frame_tables.Columns | None]
    | None = None,
    merge_at: float | None = None,
    options: RunOptions | None = None,
    progress: Progress | None = None,
) -> Result:
    """Find the rows of one table in another; rows of one table are not compared with each other.

    Parameters are as in `dedupe`; a pair of `columns` is for the left and the right table. In the
    result, `clusters` belongs to the left table, and `right_clusters` to the right table.
    """
    from resolver.engines import local

    both = columns if isinstance(columns, tuple) else (columns, columns)
    running = complete_options(options, merge_at)
    with show_progress(progress) as display:
        first = read_data(left, ReadOptions(LEFT, kind, both[0]), display)
        second = read_data(right, ReadOptions(RIGHT, kind, both[1]), display)
        resolution = local.link(first.intake, second.intake, running, display)
        sides = (first.place_in(resolution.batch), second.place_in(resolution.batch))
        return Result(sides, resolution, running)


def complete_options(options: RunOptions | None, merge_at: float | None) -> RunOptions:
    """Return the options of a run, by default on all cores."""
    running = RunOptions(workers=available_cores()) if options is None else options
    return running if merge_at is None else replace(running, merge_at=merge_at)


def read_data(data: Any, options: ReadOptions, progress: Progress) -> TableIntake:
    """Read a caller's data as records. Raises `InputError` or `MappingError` for data that cannot
    be read.
    """
    if isinstance(data, str | Path):
        return _read_path(Path(data), options, progress)
    return _read_table(frame_tables.wrap_table(data), options, progress)


def _read_table(
    table: frame_tables.FrameTable, options: ReadOptions, progress: Progress
) -> TableIntake:
    if not table.rows:
        return TableIntake(table, _read_records(table, None, options.source, progress), None)
    choice = frame_tables.choose_columns(table, options.source, options.kind, options.columns)
    return TableIntake(table, _read_records(table, choice, options.source, progress), choice)


def _read_records(
    table: frame_tables.FrameTable,
    choice: frame_tables.ColumnChoice | None,
    source: str,
    progress: Progress,
) -> Intake:
    """Read the rows of a table as the reader of table files does."""
    if choice is None:
        return assemble([])
    mapping, file = choice.mapping, frame_tables.open_frame(table)
    row = ReaderRow(
        TABULAR,
        "a data frame",
        detect=lambda head, file: True,
        read=lambda unit: read_open_table(file, mapping, source),
    )
    progress.start("read", table.rows, "rows")
    done = 0

    def report(label: str, count: int) -> None:
        nonlocal done
        progress.advance(count - done)
        done = count

    unit = ListUnit((SourceFile(Path(source)),))
    return assemble([read_unit(row, unit, progress=report)])


def _read_path(path: Path, options: ReadOptions, progress: Progress) -> TableIntake:
    """Read a table by its columns, and a list of another format by its records."""
    files = list(find_files([path]))
    if len(files) == 1 and not files[0].fault:
        file = files[0].file
        format_row = detect_format(file)
        if (format_row is None or format_row.name == TABULAR) and is_table(file.head(), file):
            table = frame_tables.wrap_text_table(_read_text_table(open_table_file(file)))
            return _read_table(table, options, progress)
    intake = read_lists([path])
    return TableIntake(frame_tables.wrap_text_table(_list_records(intake.batch)), intake, None)


def _read_text_table(file: TableFile) -> pa.Table:
    """Return all columns of a table file; rows that cannot be read are left out."""
    names = [name for name in dict.fromkeys(file.columns) if file.columns.count(name) == 1 and name]
    chunks = [
        pa.table(chunk.arrays)
        for chunk in file.chunks(names, WHOLE)
        if not isinstance(chunk, Reject)
    ]
    if not chunks:
        return pa.table({name: pa.array([], pa.string()) for name in names})
    return pa.concat_tables(chunks, promote_options="permissive")


def _list_records(batch: Batch) -> pa.Table:
    """Return the records of lists as a table of ids, names and sources."""
    captions = [record.caption for record in batch.to_records()]
    return pa.table(
        {
            "id": batch.ids,
            "schema": pa.array(batch.schemas.texts(), pa.string()),
            "name": pa.array(captions, pa.string()),
            "source": pa.array(batch.sources.texts(), pa.string()),
        }
    )
