"""Values of a record or a query that cannot be compared, since they are not recognized."""

from __future__ import annotations

from resolver.normalize import country_code as country_code
from resolver.normalize import gender_bit
from resolver.normalize import letters as letters
from resolver.records import Record, Value
from resolver.records.properties import COUNTRIES

_RECOGNIZED = frozenset(("gender", *COUNTRIES))


def note_uncompared_values(record: Record, *, is_stored: bool) -> list[str]:
    """Return a note for each gender or country value that is not recognized."""
    fate = "stored but not compared" if is_stored else "not compared"
    return [
        f"{value.prop} {value.text[:40]!r} is {fate}: it is not recognized"
        for value in record.values
        if value.prop in _RECOGNIZED and not _is_recognized(value)
    ]


def _is_recognized(value: Value) -> bool:
    return bool((gender_bit if value.prop == "gender" else country_code)(value.text))
