"""Progress of calls on large tables: bars on a terminal, one line of HTML in a notebook."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import TracebackType
from typing import Any, Self

from markupsafe import Markup

from resolver.records.progress import SILENT, Progress

LEAST_ITEMS = 20_000
"""Items of a stage below which it is not shown."""


@contextmanager
def show_progress(progress: Progress | None) -> Iterator[Progress]:
    """Provide the given receiver of progress, or the display that fits where Python runs."""
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
    """Return whether a kernel of Jupyter runs this process; its modules alone do not say so."""
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
        """Begin a stage, and end the one before."""
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
    """Progress as one line in a notebook that changes; stages of few items are not shown."""

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
        """Add items to those done in the stage, and show it after each hundredth."""
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
