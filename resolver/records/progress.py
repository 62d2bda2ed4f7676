"""How a long run tells where it stands: one stage after the other, each with a count of what it has done.

Composers and readers take a `Progress`; the command line shows it as bars, a job worker writes it to its row, and
`SILENT` (the default everywhere) does nothing. A stage that fails is left open: whoever shows it closes it.
"""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears of stages. Calls come from one thread, a few a second at most."""

    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        """A stage begins, and the one before it ends. `total` items of `unit` ("records", "pairs") await, if known."""

    def advance(self, count: int = 1) -> None:
        """`count` more items of the current stage are done."""

    def finish(self) -> None:
        """The current stage is done, whatever its count says."""


class _Silent:
    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        pass

    def advance(self, count: int = 1) -> None:
        pass

    def finish(self) -> None:
        pass


SILENT: Progress = _Silent()
