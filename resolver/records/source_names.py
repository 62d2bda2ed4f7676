"""Names that sources may have."""

from __future__ import annotations

import re

EVERYTHING = "default"
"""Name of the dataset that comprises all sources; no source may have it."""
SOURCE_NAME_PATTERN = r"^(?!default$)(?=.*[A-Za-z0-9])[A-Za-z0-9_.-]{1,100}$"
"""Pattern of source names that come over HTTP or by command; lists may use any script."""

MAX_LENGTH = 200
"""Characters of the name that a list gives its source."""


def is_source_name(text: str) -> bool:
    """Return True if a source may have the name over HTTP or by command."""
    return re.fullmatch(SOURCE_NAME_PATTERN, text) is not None


def is_list_source_name(text: str) -> bool:
    """Return True if a list may give its source the name: at most `MAX_LENGTH` characters, with any
    letter or digit, not `EVERYTHING`.
    """
    is_short = len(text) <= MAX_LENGTH
    return is_short and text != EVERYTHING and any(letter.isalnum() for letter in text)
