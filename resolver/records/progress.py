"""Progress of long runs: one stage after the other, each with a count of finished items.

Composers and readers take a `Progress`; the command line shows it as bars, a job worker writes it
to its row, and `SILENT` (the default everywhere) does nothing. A stage that fails stays open; its
display closes it.
"""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receiver of progress. Calls come from one thread, a few per second at most."""

    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        """Begin a stage of `total` items (if known) of `unit` (records, pairs), and end the one
        before.
        """

    def advance(self, count: int = 1) -> None:
        """Report `count` more items of the current stage as done."""

    def finish(self) -> None:
        """End the current stage, whatever its count."""


class _Silent:
    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        pass

    def advance(self, count: int = 1) -> None:
        pass

    def finish(self) -> None:
        pass


SILENT: Progress = _Silent()
