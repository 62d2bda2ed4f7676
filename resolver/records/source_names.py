"""What sources may be called."""

from __future__ import annotations

import re

EVERYTHING = "default"
"""The dataset that is everything; no source may be called so."""
SOURCE_NAME = r"^(?!default$)(?=.*[A-Za-z0-9])[A-Za-z0-9_.-]{1,100}$"
"""What the name of a source looks like that comes over HTTP or by command; lists may use letters of any script."""


def is_source_name(text: str) -> bool:
    """Whether a source may be called so over HTTP or by command."""
    return re.fullmatch(SOURCE_NAME, text) is not None


def names_a_source(text: str) -> bool:
    """Whether a list may call its source so: by some letter or digit, and not as everything is called."""
    return text != EVERYTHING and any(letter.isalnum() for letter in text)
