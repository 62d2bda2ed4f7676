"""Progress on standard error: bars on a terminal, else one line for each stage if verbose."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from resolver.runtime.processes import RepeatedTask

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


_DRAWING_SECONDS = 0.1


class ProgressBars:
    """Implementation of `resolver.records.progress.Progress`, to be used as a context manager."""

    def __init__(self, *, verbose: bool = False, terminal: bool | None = None) -> None:
        self.verbose = verbose
        self.terminal = sys.stderr.isatty() if terminal is None else terminal
        self._rich: RichProgress | None = None
        self._drawing = ExitStack()
        self._task: TaskID | None = None
        self._stage = ""
        self._unit = ""
        self._done = 0
        self._begun = 0.0

    def __enter__(self) -> Self:
        if self.terminal:
            self._rich = _rich_bars()
            self._drawing.enter_context(self._rich)
            self._drawing.enter_context(_drawn_regularly(self._rich))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.finish()
        self._drawing.close()
        self._rich = None

    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        """Begin a stage, and end the one before."""
        self.finish()
        self._stage, self._unit, self._done, self._begun = stage, unit, 0, time.monotonic()
        if self._rich:
            self._task = self._rich.add_task(stage, total=total, unit=unit, done=0)

    def advance(self, count: int = 1) -> None:
        """Add `count` items to those done in the stage."""
        self._done += count
        if self._rich and self._task is not None:
            self._rich.update(self._task, advance=count, done=self._done)

    def reach(self, count: int) -> None:
        """Set the items done in the stage to `count`."""
        self.advance(count - self._done)

    def finish(self) -> None:
        """End the stage."""
        if not self._stage:
            return
        if self._rich and self._task is not None:
            self._rich.update(self._task, total=max(self._done, 1), completed=max(self._done, 1))
            self._task = None
        elif self.verbose:
            count = f" {self._done:,} {self._unit}".rstrip() if self._done else ""
            click.echo(f"{self._stage}:{count} in {time.monotonic() - self._begun:.1f} s", err=True)
        self._stage = ""


def _drawn_regularly(bars: RichProgress) -> RepeatedTask:
    """Return a task that draws the bars several times a second."""

    def draw() -> bool:
        """Draw the bars."""
        bars.refresh()
        return True

    return RepeatedTask(draw, _DRAWING_SECONDS, "progress bars")


def _rich_bars() -> RichProgress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.text import Text

    class Counts(ProgressColumn):
        """Column with the items done."""

        def render(self, task: Task) -> Text:
            """Return the items done in a stage."""
            return Text(
                format_counts(
                    task.fields["done"],
                    task.total if not task.finished else None,
                    task.fields["unit"],
                )
            )

    class Times(ProgressColumn):
        """Column with the time taken and left."""

        def render(self, task: Task) -> Text:
            """Return the time taken and left for a stage."""
            return Text(
                format_times(task.elapsed or 0.0, None if task.finished else task.time_remaining)
            )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        Counts(),
        Times(),
        console=Console(stderr=True),
        # rich's own thread would keep the work on one core
        auto_refresh=False,
    )


def format_counts(done: int, total: float | None, unit: str) -> str:
    """Return `812 of 1,445 records`; without a total `812 records`; empty without a count."""
    if not done and total is None:
        return ""
    return f"{done:,}{'' if total is None else f' of {total:,.0f}'} {unit}".rstrip()


def format_times(elapsed: float, remaining: float | None) -> str:
    """Return `12 s`, with `, 40 s left` once that is known; from a minute on in minutes and
    seconds.
    """
    return _time(elapsed) + (f", {_time(remaining)} left" if remaining is not None else "")


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"
