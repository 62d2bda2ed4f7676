"""Counts with their nouns, in messages and on pages."""

from __future__ import annotations


def pluralize(count: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun, and perhaps its verb: `1 record`, `1,234 records are`.

    `plural`: by default the singular with an s.
    """
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"
