"""Errors that users can cause or fix, as one tree with `ResolverError` at its root.

The text of an error is one line that says what is wrong, where, and how to fix it. The command line
prints that line and exits with 1 (`UsageError`: 2), never with a traceback. `pluralize` writes
counts in such texts.
"""

from __future__ import annotations

from collections.abc import Sequence


class ResolverError(Exception):
    """Error that a user can cause or fix.

    `message` says what is wrong, `place` where (a file and line, a URL), `hint` what to do.
    """

    exit_code = 1

    def __init__(self, message: str, *, place: str = "", hint: str = "") -> None:
        self.message = message
        self.place = place
        self.hint = hint
        super().__init__(self.line())

    def line(self) -> str:
        """Return the whole message on one line: `place: message (hint)`."""
        text = f"{self.place}: {self.message}" if self.place else self.message
        text = f"{text} ({self.hint})" if self.hint else text
        return " ".join(text.split())


class UsageError(ResolverError):
    """Command called with arguments that cannot be combined."""

    exit_code = 2


class InputError(ResolverError):
    """File that cannot be read as a list at all."""


class FormatError(InputError):
    """File of an unknown format, or of another format than stated."""


class MappingError(InputError):
    """Mapping file that does not fit its data."""


class UnneededMappingError(MappingError):
    """Mapping for files of which none is a table."""


class UnknownIdError(InputError):
    """Id or number that the store does not have, or that the viewer may not know of."""


class RecordError(InputError):
    """Row that cannot become a record; the rest of the file can still be read."""


class DateError(RecordError):
    """Date that does not exist or cannot be read."""


class ModelError(ResolverError):
    """Model that is missing, damaged, or made for other features."""


class OutputError(ResolverError):
    """Result that cannot be written."""


class DecisionError(ResolverError):
    """Decisions that cannot be read or contradict each other."""


class StoreError(ResolverError):
    """Store that cannot be opened or used, or that another run has changed meanwhile."""


class OwnerError(ResolverError):
    """Change to a source that belongs to another owner."""


class DatabaseError(StoreError):
    """Fault that the database reports, in its words."""


class StoreFullError(StoreError):
    """Store whose disk is full."""


class LargeChangeError(ResolverError):
    """Change that is so large that a user has to accept it first; nothing was committed."""

    def __init__(self, alarms: Sequence[str], hint: str = "") -> None:
        hint = hint or (
            "see what would change with --dry-run (over HTTP ?dry_run=true), then accept it with "
            "--accept-large-change (over HTTP ?accept_large_change=true)"
        )
        text = summarize_alarms(alarms)
        self.alarms = tuple(alarms)
        super().__init__(f"held back, nothing was committed: {text}", hint=hint)


def summarize_alarms(alarms: Sequence[str]) -> str:
    """Return the first reasons why somebody has to accept a change, and how many more there are."""
    return "; ".join(alarms[:3]) + (f"; and {len(alarms) - 3} more" if len(alarms) > 3 else "")


class ReusedIdError(ResolverError):
    """Record whose id named somebody else before, so that a user has to accept it first."""


class EngineError(ResolverError):
    """Engine that is not available, or that stopped working."""


def pluralize(count: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun, and perhaps its verb: `1 record`, `1,234 records are`.

    `plural`: by default the singular with an s.
    """
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"
