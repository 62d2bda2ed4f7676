"""Symbols of words in memory-mapped arrays: what `rigour` says of a name, at the cost of a look.

The table is made of the library's own texts (`corpus`) in a few seconds, once per user and version of `rigour`, and
kept in the cache folder; all processes that open it share its pages. It holds every word that has symbols: what it does
not hold has none.
"""

from __future__ import annotations

import os
import re
import tempfile
import zlib
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rigour.names.prefix import remove_person_prefixes

from resolver.normalize.folding import hash64, hashes_of
from resolver.normalize.lexicons.corpus import Words, normal_form
from resolver.records.prepared.ragged import Ragged

Symbols = tuple[int, ...]
MAX_SYMBOLS = 40
_FEW = 8
"""So many words are looked for one by one: arrays would cost more than what they hold."""
_HEAD = np.dtype(
    [("form", "S8"), ("sum", "<u4"), ("longest", "<u4"), ("words", "<i8"), ("items", "<i8")]
)
_FORM = b"words 1\n"
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True, eq=False)
class WordTable:
    """Words and phrases by their hashes, which ascend, and the symbols of each, ascending. The longest phrase is of
    `longest` words."""

    hashes: npt.NDArray[np.uint64]
    symbols: Ragged
    longest: int

    def lookup(self, tokens: Sequence[str]) -> list[Symbols]:
        """The symbol ids of each token, ascending: those of all phrases in it."""
        several = {
            place: _phrases(token, self.longest)
            for place, token in enumerate(tokens)
            if not (token.isascii() and token.isalpha() and token.islower())
        }
        answers = self._symbols(tokens)
        found = iter(self._symbols(list(chain.from_iterable(several.values()))))
        for place, phrases in several.items():
            answers[place] = tuple(sorted(set(chain.from_iterable(islice(found, len(phrases))))))
        return [ids[:MAX_SYMBOLS] for ids in answers]

    def _symbols(self, words: Sequence[str]) -> list[Symbols]:
        """The symbols of words and phrases, each looked for as it stands."""
        answers: list[Symbols] = [()] * len(words)
        if len(words) <= _FEW:
            for place, word in enumerate(words):
                answers[place] = self._of_one(word)
            return answers
        hashes = hashes_of(words)
        places = np.searchsorted(self.hashes, hashes)
        places[places == len(self.hashes)] = 0
        known = np.flatnonzero(self.hashes[places] == hashes) if len(self.hashes) else places[:0]
        offsets, items, places = self.symbols.offsets, self.symbols.items, places[known]
        for at, start, end in zip(
            known.tolist(), offsets[places].tolist(), offsets[places + 1].tolist(), strict=True
        ):
            answers[at] = tuple(items[start:end].tolist())
        return answers

    def _of_one(self, word: str) -> Symbols:
        hashes, number = self.hashes.data, hash64(word) if word else 0
        place = bisect_left(hashes, number)
        if place == len(hashes) or hashes[place] != number:
            return ()
        start, end = self.symbols.offsets[place], self.symbols.offsets[place + 1]
        return tuple(self.symbols.items[start:end].tolist())


def _phrases(token: str, longest: int) -> list[str]:
    """The words of a token, and each run of them that a table could hold, once."""
    # a title is taken off only where something follows
    words = normal_form(remove_person_prefixes(token) if _SPACE.search(token) else token).split(" ")
    runs = (
        words[first : first + count]
        for count in range(1, longest + 1)
        for first in range(len(words) - count + 1)
    )
    return [phrase for phrase in dict.fromkeys(map(" ".join, runs)) if phrase]


def table_of(words: Words) -> WordTable:
    """The table of words."""
    hashes = np.fromiter(
        map(hash64.__wrapped__, words.numbers), dtype=np.uint64, count=len(words.numbers)
    )
    order = np.argsort(hashes)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    numbers, ids = (np.frombuffer(held, dtype=np.int32) for held in (words.words, words.symbols))
    longest = max((word.count(" ") + 1 for word in words.numbers), default=0)
    return WordTable(hashes[order], Ragged.from_rows(place[numbers], ids, len(order)), longest)


def write_table(path: Path, table: WordTable) -> None:
    """Write a table where nobody sees half of it. Raises `OSError`."""
    arrays = (table.hashes, table.symbols.offsets, table.symbols.items)
    head = np.array(
        [(_FORM, _sum(*arrays), table.longest, len(table.hashes), len(table.symbols.items))],
        dtype=_HEAD,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for array in (head, *arrays):
                file.write(array.data)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)
        raise


def open_table(path: Path) -> WordTable | None:
    """Map the table in a file; None where there is none, or it is damaged."""
    try:
        mapped = np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray)
        head = mapped[: _HEAD.itemsize].view(_HEAD)[0]
        words, items = int(head["words"]), int(head["items"])
        ends = np.cumsum([_HEAD.itemsize, 8 * words, 4 * (words + 1), 4 * items]).tolist()
        if head["form"] != _FORM or ends[-1] != len(mapped):
            return None
        hashes = mapped[ends[0] : ends[1]].view(np.uint64)
        offsets, ids = (mapped[start:end].view(np.int32) for start, end in pairwise(ends[1:]))
    except (OSError, ValueError, IndexError):
        return None
    intact = _sum(hashes, offsets, ids) == int(head["sum"])
    return WordTable(hashes, Ragged(offsets, ids), int(head["longest"])) if intact else None


def _sum(*arrays: npt.NDArray[np.generic]) -> int:
    found = 0
    for array in arrays:
        found = zlib.crc32(array.data, found)
    return found
