"""Cells that a spreadsheet would run as formulas, and their form in CSV files.

Spreadsheets run cells that begin with `=`, `+`, `-`, `@` (also in full width), a tab or a line
break. CSV files written here put an apostrophe before such a cell, and before a cell that begins
with apostrophes followed by such a character; programs that read the files remove it. Plain numbers
and telephone numbers (`+49 30 1234`) stay as they are.
"""

from __future__ import annotations

import re

FORMULA = r"^'*[=+\-@\t\r\n＝＋－＠]"
NUMBER = r"^[+-][0-9][0-9 ().,/-]*$"
_FORMULA = re.compile(FORMULA)
_NUMBER = re.compile(NUMBER)
_DEFUSED = re.compile(r"^'(?='*[=+\-@\t\r\n＝＋－＠])")


def escape_formula(text: str) -> str:
    """Return a cell that spreadsheets show as text."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def unescape_formula(text: str) -> str:
    """Return the cell that `escape_formula` was given."""
    return _DEFUSED.sub("", text)
