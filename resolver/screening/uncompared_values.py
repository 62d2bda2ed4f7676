"""Values of a record that are stored and shown but cannot be compared, since they are not
recognized.
"""

from __future__ import annotations

from resolver.normalize import country_code as country_code
from resolver.normalize import gender_bit
from resolver.normalize import letters as letters
from resolver.records import Record
from resolver.records.properties import COUNTRIES


def note_uncompared_values(record: Record) -> list[str]:
    """Return a note for each gender or country value that is not recognized."""
    notes = []
    for value in record.values:
        is_recognized = (gender_bit if value.prop == "gender" else country_code)(value.text)
        if value.prop in ("gender", *COUNTRIES) and not is_recognized:
            notes.append(
                f"{value.prop} {value.text[:40]!r} is stored but not compared: it is not recognized"
            )
    return notes
