"""Telephone numbers in a cell: several of them, faxes, and endings after a slash."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PIECE = re.compile(
    r"(?:(?<!\s)\s++)?([;,])\s*|(?:\.|(?<!\s))\s++(?=(?:tele)?fax\b)|(?<!\s)\s++or\s+", re.I
)
_FAX = re.compile(r"fax|факс", re.I)
_FAX_AFTER = re.compile(r"\((?:tele)?fax\)\s*$", re.I)
_LABEL = re.compile(r"^(?:tel(?:ephone)?|phone|mobile|cell)s?(?:\s+no)?[.: ]*", re.I)
_FIGURES = re.compile(r"[\d+() .-]{1,30}")
_SLASH = re.compile(r"(?:(?<!\s)\s++)?/\s*")
MIN_DIGITS = 5
"""Digits of a number; a shorter one after a slash replaces the end of the number before it."""
MAX_CELL = 2_000


def read_phones(cell: str) -> tuple[list[str], list[str]]:
    """Return the telephone numbers of a cell, and the other items: faxes, short numbers, words.

    A fax label holds for the numbers that commas join to it; one without a number for the next.
    """
    phones: list[str] = []
    rest: list[str] = []
    faxes_continue_after = ""
    for separator, piece in _pieces(cell[:MAX_CELL]):
        has_digits = sum(map(str.isdigit, piece)) >= MIN_DIGITS
        has_label = bool(_FAX.search(piece))
        is_fax = has_label or (separator in faxes_continue_after and not _LABEL.match(piece))
        faxes_continue_after = ""
        if is_fax and not _FAX_AFTER.search(piece):
            faxes_continue_after = "," if has_digits else ",;"
        if is_fax or not has_digits:
            rest += [piece] if piece else []
        else:
            phones += split_slashes(re.sub(r"^\+\s+", "+", _LABEL.sub("", piece)))
    return phones, [*rest, *([cell[MAX_CELL:]] if len(cell) > MAX_CELL else [])]


def _pieces(cell: str) -> Iterator[tuple[str, str]]:
    """Yield each item of a cell with the sign before it (a space where there is none)."""
    parts = _PIECE.split(cell)
    yield " ", parts[0]
    for separator, piece in zip(parts[1::2], parts[2::2], strict=True):
        yield separator or " ", piece


def split_slashes(text: str) -> list[str]:
    """Split `495 534 61 53 / 495 534 61 83`, and `381-4410/4416` into 381-4410 and 381-4416.

    A text with words stays whole.
    """
    parts = _SLASH.split(text)
    if len(parts) == 1 or not all(_FIGURES.fullmatch(part) for part in parts):
        return [text]
    numbers = [parts[0]]
    for part in parts[1:]:
        if sum(map(str.isdigit, part)) >= MIN_DIGITS:
            numbers.append(part)
        elif part.isdigit() and numbers[0][-len(part) :].isdigit():
            numbers.append(numbers[0][: -len(part)] + part)
        else:
            return [text]
    return numbers
