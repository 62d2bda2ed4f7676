"""Plain values from JSON: texts, dates, and the messages about values that cannot be read."""

from __future__ import annotations

import datetime

from resolver.errors import DateError
from resolver.ingest.text.date_order import DateOrder
from resolver.ingest.text.machine_dates import read_date_readings


def json_texts(value: object) -> list[str]:
    """Return the texts of a value or a list, trimmed, without empty texts, objects and nulls."""
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    return [text for item in items if (text := json_text(item))]


def json_text(value: object) -> str:
    """Return a text, number or boolean as text; an empty text for anything else."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else ""


def json_objects(value: object) -> list[dict[str, object]]:
    """Return the objects in a value or a list."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def date_or_text(
    text: str, order: DateOrder | None = None, latest: datetime.date | None = None
) -> str:
    """Return a date of one reading in canonical form, another text unchanged (for display)."""
    if not text:
        return text
    try:
        readings = read_date_readings(text, order, latest)
    except DateError:
        return text
    return readings[0] if len(readings) == 1 else text


def value_reject_reason(prop: str, text: str, error: Exception) -> str:
    """Return the reason for rejecting one value of a record that is otherwise read."""
    return f"value not taken: {prop} {text[:80]!r}: {error}"
