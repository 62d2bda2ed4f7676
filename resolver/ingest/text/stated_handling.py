"""Handling code of a record in JSON, in a field of its own.

A restricted record must not become public because its field is misspelled: what looks like the
field but is not is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from resolver.errors import RecordError
from resolver.ingest.text.record_draft import NO_HANDLING
from resolver.records import Handling
from resolver.records.visibility import VISIBILITY_RULES

_LETTER, _WORD = ("h", "H"), "handling"
_CODES = ", ".join(VISIBILITY_RULES)


def read_handling_field(row: Mapping[str, object], field: str) -> Handling:
    """Return the handling that a field of a record states, H0 where it is absent or empty.

    Raises `RecordError` for an unknown code, and for a field that is spelled almost like it.
    """
    refuse_handling((name for name in row if name != field), field)
    code = row.get(field)
    if code is None or code == "":
        return NO_HANDLING
    if not isinstance(code, str) or code not in VISIBILITY_RULES:
        raise RecordError(f"its handling code is none of {_CODES}", hint=f"mend {field!r}")
    return Handling(code=code)


def refuse_handling(names: Iterable[str], field: str) -> None:
    """Raise `RecordError` where one of some names is like `field`, in which a handling belongs."""
    for name in names:
        if name.startswith(_LETTER) and name.casefold().startswith(_WORD):
            raise RecordError(
                f"a handling code cannot be read from {name[:60]!r}",
                hint=f"write it in the field {field!r} of the record",
            )
