"""Progress on standard error: a bar a stage on a terminal, one line a stage elsewhere if asked for, else nothing."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


class Bars:
    """A `Progress` (see `resolver.records.progress`) to be used as a context: what it shows is put right on leaving."""

    def __init__(self, *, verbose: bool = False, terminal: bool | None = None) -> None:
        self.verbose = verbose
        self.terminal = sys.stderr.isatty() if terminal is None else terminal
        self._rich: RichProgress | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._unit = ""
        self._done = 0
        self._begun = 0.0

    def __enter__(self) -> Self:
        if self.terminal:
            self._rich = _rich_bars()
            self._rich.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.finish()
        if self._rich:
            self._rich.stop()
            self._rich = None

    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        """A stage begins; the one before it is done."""
        self.finish()
        self._stage, self._unit, self._done, self._begun = stage, unit, 0, time.monotonic()
        if self._rich:
            self._task = self._rich.add_task(stage, total=total, unit=unit)

    def advance(self, count: int = 1) -> None:
        """`count` more items of the stage are done."""
        self._done += count
        if self._rich and self._task is not None:
            self._rich.advance(self._task, count)

    def reach(self, count: int) -> None:
        """`count` items of the stage are done in all."""
        self.advance(count - self._done)

    def finish(self) -> None:
        """The stage is done."""
        if not self._stage:
            return
        if self._rich and self._task is not None:
            self._rich.update(self._task, total=max(self._done, 1), completed=max(self._done, 1))
            self._task = None
        elif self.verbose:
            count = f" {self._done:,} {self._unit}".rstrip() if self._done else ""
            click.echo(f"{self._stage}:{count} in {time.monotonic() - self._begun:.1f} s", err=True)
        self._stage = ""


def _rich_bars() -> RichProgress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(compact=True),
        console=Console(stderr=True),
    )
