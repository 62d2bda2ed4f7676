"""Plain values out of JSON: the texts of whatever a list holds, dates, and what to say of those that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from resolver.errors import DateError
from resolver.ingest.text.machine_dates import read_date


def texts(value: object) -> list[str]:
    """The texts of a value or of a list of values, trimmed, empty ones left out; objects and nulls give none."""
    items = value if isinstance(value, list) else [value]
    return [text for item in items if (text := text_of(item))]


def text_of(value: object) -> str:
    """A text, number or truth value as text; empty for anything else."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else ""


def objects(value: object) -> Iterator[dict[str, object]]:
    """The objects in a value or a list."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item


def date_or_text(text: str) -> str:
    """A date in canonical text where it can be read, else as it stands (for dates that are only shown)."""
    try:
        return read_date(text)
    except DateError:
        return text


def not_taken(prop: str, text: str, error: Exception) -> str:
    """The reason of a reject for one value of a record that is otherwise taken."""
    return f"value not taken: {prop} {text[:80]!r}: {error}"
