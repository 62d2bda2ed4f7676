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
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
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
            self._task = self._rich.add_task(stage, total=total, unit=unit, done=0)

    def advance(self, count: int = 1) -> None:
        """`count` more items of the stage are done."""
        self._done += count
        if self._rich and self._task is not None:
            self._rich.update(self._task, advance=count, done=self._done)

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
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.text import Text

    class Counts(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(
                counts(
                    task.fields["done"],
                    task.total if not task.finished else None,
                    task.fields["unit"],
                )
            )

    class Times(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(times(task.elapsed or 0.0, None if task.finished else task.time_remaining))

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        Counts(),
        Times(),
        console=Console(stderr=True),
    )


def counts(done: int, total: float | None, unit: str) -> str:
    """`812 of 1,445 records`; without a total `812 records`; nothing where nothing was counted."""
    if not done and total is None:
        return ""
    return f"{done:,}{'' if total is None else f' of {total:,.0f}'} {unit}".rstrip()


def times(elapsed: float, left: float | None) -> str:
    """`12 s`, and `, 40 s left` as soon as that can be told. From a minute on, minutes and seconds."""
    return _time(elapsed) + (f", {_time(left)} left" if left is not None else "")


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"
