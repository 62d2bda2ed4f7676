"""Cells that a spreadsheet would run as formulas, and how CSV files hold them.

Spreadsheets run cells that begin with `=`, `+`, `-`, `@` (also in full width), a tab or a line break. In the CSV files
written here such a cell, and one that begins with apostrophes before such a character, gets one apostrophe in front;
whoever reads the files by program takes it off again. Plain numbers and telephone numbers (`+49 30 1234`) stay.
"""

from __future__ import annotations

import re

FORMULA = r"^'*[=+\-@\t\r\n＝＋－＠]"
NUMBER = r"^[+-][0-9][0-9 ().,/-]*$"
_FORMULA = re.compile(FORMULA)
_NUMBER = re.compile(NUMBER)
_DEFUSED = re.compile(r"^'(?='*[=+\-@\t\r\n＝＋－＠])")


def defused(text: str) -> str:
    """The cell as a spreadsheet may open it."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def undefused(text: str) -> str:
    """The inverse of `defused`."""
    return _DEFUSED.sub("", text)
