"""The one tree of errors.

Every error that a user can cause derives from `ResolverError`. Its text is one line that says what is wrong, where,
and how to mend it; the command line prints that line and exits 1, never a traceback. `UsageError` exits 2.
"""

from __future__ import annotations

from collections.abc import Sequence


class ResolverError(Exception):
    """Anything a user can cause or mend. `what` says what is wrong, `where` the place, `mend` what to do."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what = what
        self.where = where
        self.mend = mend
        super().__init__(self.line())

    def line(self) -> str:
        """The whole message on one line: `where: what (mend)`."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        text = f"{text} ({self.mend})" if self.mend else text
        return " ".join(text.split())


class UsageError(ResolverError):
    """A command called with arguments that cannot go together."""

    exit_code = 2


class InputError(ResolverError):
    """A file that cannot be read as a list at all."""


class FormatError(InputError):
    """A file whose format nobody knows, or that is not what it was said to be."""


class MappingError(InputError):
    """A mapping file that does not fit the data it maps."""


class RecordError(InputError):
    """One row that cannot become a record; the rest of the file can go on."""


class DateError(RecordError):
    """A date that does not exist or cannot be read."""


class ModelError(ResolverError):
    """A model that is absent, damaged, or was made for other features."""


class OutputError(ResolverError):
    """A result that cannot be written."""


class DecisionError(ResolverError):
    """Decisions that cannot be read or contradict each other."""


class StoreError(ResolverError):
    """A store that cannot be opened or used, or that another run has changed meanwhile."""


class OwnerError(ResolverError):
    """Something that belongs to somebody else, who alone may change it."""


class StoreFullError(StoreError):
    """A store whose disk takes nothing more."""


class HeldError(ResolverError):
    """A list that would change so much that somebody has to accept it first; nothing has landed."""

    def __init__(self, alarms: Sequence[str]) -> None:
        said = "; ".join(alarms[:3]) + (f"; and {len(alarms) - 3} more" if len(alarms) > 3 else "")
        mend = (
            "look at it, then accept it: --accept-large-change, over HTTP ?accept_large_change=true"
        )
        super().__init__(f"held back, nothing has landed: {said}", mend=mend)


class EngineError(ResolverError):
    """An engine that cannot be had, or that stopped working."""
