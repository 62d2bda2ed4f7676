"""Japanese readings of words in Chinese characters and kana, in Latin letters.

The table has the usual reading of names and common words (`japanese_readings.txt.xz`, from UniDic;
`.ci/japanese-readings` writes it). A word that it lacks is read in parts. The table takes 0.4 s and
20 MB, and is loaded when the first word is read.
"""

from __future__ import annotations

import lzma
import re
from collections.abc import Mapping
from functools import cache

from resolver.data import FOLDER

LONGEST = 8
"""Characters of the longest word that is read."""
REST = "-"
"""Stands in the table for the rest of a word, before or after a character."""
_TABLE = "japanese_readings.txt.xz"
_REPEATED = re.compile("(.)々")


def japanese_reading(word: str) -> str:
    """Return the reading of a word, with long vowels short as in passports (太郎 → taro).

    Empty for words with a character that has no reading. The sign 々 repeats the one before it.
    """
    table = _table()
    return read_by_parts(word, table) or read_by_parts(_REPEATED.sub(r"\1\1", word), table)


def read_by_parts(word: str, table: Mapping[str, str]) -> str:
    """Return the readings of the fewest parts that a table knows, joined; empty if there are none.

    Of equally many parts those with the longest first part count: 山田太郎 is 山田 and 太郎.
    """
    # for each place the number of parts from there to the end, and their reading
    best: list[tuple[int, str] | None] = [None] * len(word) + [(0, "")]
    for start in range(len(word) - 1, -1, -1):
        for end in range(len(word), start, -1):
            rest, reading = best[end], _part_reading(word, start, end, table)
            if rest is None or reading is None:
                continue
            current = best[start]
            if current is None or rest[0] + 1 < current[0]:
                best[start] = (rest[0] + 1, reading + rest[1])
    return best[0][1] if best[0] is not None else ""


def _part_reading(word: str, start: int, end: int, table: Mapping[str, str]) -> str | None:
    part = word[start:end]
    reading = table.get(part)
    if end - start > 1 or reading is None:
        return reading
    if start:
        return table.get(REST + part, reading)
    return table.get(part + REST, reading) if end < len(word) else reading


@cache
def _table() -> dict[str, str]:
    data = (FOLDER / _TABLE).read_bytes()
    table = {}
    for line in lzma.decompress(data).decode("utf-8").splitlines():
        if not line.startswith("#"):
            reading, _, words = line.partition("=")
            table.update(dict.fromkeys(words.split(" "), reading))
    return table
