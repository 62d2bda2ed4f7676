"""Symbols of words in memory-mapped arrays, at the cost of a look-up.

The table is built from the tables of names (`corpus`) in a few seconds, once per user and version
of these, and stored in the cache folder; all processes that open it share its pages. Words that it
does not contain have no symbols.
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

from resolver.normalize.lexicons.corpus import CorpusWords, normal_form
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.text_hashes import compute_hash64, hash64, hash_texts
from resolver.reference.person_names import remove_titles

Symbols = tuple[int, ...]
MAX_SYMBOLS = 40
_FEW = 8
"""Number of words up to which single look-ups are faster than arrays."""
_HEAD = np.dtype(
    [("form", "S8"), ("sum", "<u4"), ("longest", "<u4"), ("words", "<i8"), ("items", "<i8")]
)
_FORM = b"words 1\n"
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True, eq=False)
class WordTable:
    """Words and phrases as ascending hashes, with their symbols, ascending.

    The longest phrase has `longest` words.
    """

    hashes: npt.NDArray[np.uint64]
    symbols: Ragged
    longest: int

    def lookup(self, tokens: Sequence[str]) -> list[Symbols]:
        """Return the symbol ids of each token, ascending: those of all phrases in it."""
        several = {
            place: _phrases(token, self.longest)
            for place, token in enumerate(tokens)
            if not (token.isascii() and token.isalpha() and token.islower())
        }
        answers = self._symbols(tokens)
        phrase_symbols = iter(self._symbols(list(chain.from_iterable(several.values()))))
        for place, phrases in several.items():
            answers[place] = tuple(
                sorted(set(chain.from_iterable(islice(phrase_symbols, len(phrases)))))
            )
        return [ids[:MAX_SYMBOLS] for ids in answers]

    def _symbols(self, words: Sequence[str]) -> list[Symbols]:
        """Return the symbols of words and phrases as they are."""
        answers: list[Symbols] = [()] * len(words)
        if len(words) <= _FEW:
            for place, word in enumerate(words):
                answers[place] = self._of_one(word)
            return answers
        hashes = hash_texts(words)
        places = np.searchsorted(self.hashes, hashes)
        places[places == len(self.hashes)] = 0
        present = np.flatnonzero(self.hashes[places] == hashes) if len(self.hashes) else places[:0]
        offsets, items, places = self.symbols.offsets, self.symbols.items, places[present]
        for at, start, end in zip(
            present.tolist(), offsets[places].tolist(), offsets[places + 1].tolist(), strict=True
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
    """Return the words of a token and each run of them up to `longest` words, once."""
    # A title is removed only if something follows it.
    words = normal_form(remove_titles(token) if _SPACE.search(token) else token).split(" ")
    runs = (
        words[first : first + count]
        for count in range(1, longest + 1)
        for first in range(len(words) - count + 1)
    )
    return [phrase for phrase in dict.fromkeys(map(" ".join, runs)) if phrase]


def build_word_table(words: CorpusWords) -> WordTable:
    """Return the table of words."""
    hashes = np.fromiter(
        map(compute_hash64, words.numbers), dtype=np.uint64, count=len(words.numbers)
    )
    order = np.argsort(hashes)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    numbers, ids = (
        np.frombuffer(values, dtype=np.int32) for values in (words.words, words.symbols)
    )
    longest = max((word.count(" ") + 1 for word in words.numbers), default=0)
    return WordTable(hashes[order], Ragged.from_rows(place[numbers], ids, len(order)), longest)


def write_word_table(path: Path, table: WordTable) -> None:
    """Write a table to a file in one step. Raises `OSError`."""
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


def open_word_table(path: Path) -> WordTable | None:
    """Map the table in a file; None if there is none, or it is damaged."""
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
    checksum = 0
    for array in arrays:
        checksum = zlib.crc32(array.data, checksum)
    return checksum
