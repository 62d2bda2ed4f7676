"""What of a record is kept and shown, but cannot be compared, since nobody knows what it means."""

from __future__ import annotations

from resolver.normalize import country_code as country_code
from resolver.normalize import gender_bit
from resolver.normalize import letters as letters
from resolver.records import Record
from resolver.records.properties import COUNTRIES


def not_understood(record: Record) -> list[str]:
    """A line for each value of a gender or country that is none."""
    lines = []
    for value in record.values:
        known = (gender_bit if value.prop == "gender" else country_code)(value.text)
        if value.prop in ("gender", *COUNTRIES) and not known:
            lines.append(
                f"{value.prop} {value.text[:40]!r} is kept, but not compared: it is not known"
            )
    return lines
