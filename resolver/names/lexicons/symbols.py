"""Symbols of the words of persons' names. Spellings of one name in many languages share a symbol.

1. `read_words` reads the tables of names (`CorpusWords`). A word has the symbols of every name of
   which it is a form.
2. `build_word_table` makes a `WordTable` of sorted hashes, which `lookup` searches. Words that the
   table lacks have no symbols.
3. `write_word_table` and `open_word_table` keep the table in a file that is mapped into memory, so
   all processes share its pages.
4. `SymbolSource` opens the table. A wheel for one platform contains it. Otherwise the table is
   built in a few seconds, once per user and version of the tables of names, and kept in the cache
   folder.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from resolver.data import FOLDER
from resolver.names.lexicons.name_roles import NAME, name_lines, remove_titles, word_symbols
from resolver.names.name_tokens import symbol_id
from resolver.records.prepared.batch import Ragged
from resolver.reference import RIGOUR_VERSION, phrase_form
from resolver.runtime.text_cache import compute_hash64, hash64, hash_texts


@dataclass(frozen=True, slots=True)
class CorpusWords:
    """Words and phrases with their symbols.

    `numbers` gives each word a number. The word with the number `words[i]` has the symbol
    `symbols[i]`. Pairs may repeat.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    words: array[int] = field(default_factory=lambda: array("i"))
    symbols: array[int] = field(default_factory=lambda: array("i"))

    def add(self, forms: set[str], symbol: int) -> None:
        """Add a symbol to words."""
        for form in forms:
            self.words.append(self.numbers.setdefault(form, len(self.numbers)))
            self.symbols.append(symbol)


def normal_form(text: str) -> str:
    """Return a text as the tables write it: folded, with single spaces between its words."""
    if text.isascii() and text.isalpha():
        return text.lower()
    return phrase_form(text)


def read_words() -> CorpusWords:
    """Return the words of all tables."""
    words = CorpusWords()
    for category, key, forms in word_symbols():
        words.add({normal_form(form) for form in forms} - {""}, symbol_id(category, key))
    for name_id, forms in name_lines():
        distinct = {normal_form(form) for form in forms} - {""}
        # a name with only one spelling connects no spellings
        if len(distinct) > 1:
            words.add(distinct, symbol_id(NAME, name_id))
    return words


Symbols = tuple[int, ...]
MAX_SYMBOLS = 40
_FEW = 8
"""Maximum number of words for which single look-ups are faster than array operations."""
_HEAD = np.dtype(
    [("form", "S8"), ("sum", "<u4"), ("longest", "<u4"), ("words", "<i8"), ("items", "<i8")]
)
_FORM = b"words 1\n"
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True, eq=False)
class WordTable:
    """Ascending hashes of words and phrases, with the symbols of each, also ascending.

    The longest phrase has `longest` words.
    """

    hashes: npt.NDArray[np.uint64]
    symbols: Ragged
    longest: int

    def lookup(self, tokens: Sequence[str]) -> list[Symbols]:
        """Return the symbol ids of each token, ascending, at most `MAX_SYMBOLS`.

        A token of several words has the symbols of all phrases in it.
        """
        several = {
            index: _phrases(token, self.longest)
            for index, token in enumerate(tokens)
            if not (token.isascii() and token.isalpha() and token.islower())
        }
        answers = self._symbols(tokens)
        phrase_symbols = iter(self._symbols(list(chain.from_iterable(several.values()))))
        for index, phrases in several.items():
            answers[index] = tuple(
                sorted(set(chain.from_iterable(islice(phrase_symbols, len(phrases)))))
            )
        return [ids[:MAX_SYMBOLS] for ids in answers]

    def _symbols(self, words: Sequence[str]) -> list[Symbols]:
        """Return the symbols of words and phrases in normal form."""
        answers: list[Symbols] = [()] * len(words)
        if len(words) <= _FEW:
            for index, word in enumerate(words):
                answers[index] = self._of_one(word)
            return answers
        hashes = hash_texts(words)
        indices = np.searchsorted(self.hashes, hashes)
        indices[indices == len(self.hashes)] = 0
        present = (
            np.flatnonzero(self.hashes[indices] == hashes) if len(self.hashes) else indices[:0]
        )
        offsets, items, indices = self.symbols.offsets, self.symbols.items, indices[present]
        for at, start, end in zip(
            present.tolist(), offsets[indices].tolist(), offsets[indices + 1].tolist(), strict=True
        ):
            answers[at] = tuple(items[start:end].tolist())
        return answers

    def _of_one(self, word: str) -> Symbols:
        hashes, number = self.hashes.data, hash64(word) if word else 0
        index = bisect_left(hashes, number)
        if index == len(hashes) or hashes[index] != number:
            return ()
        start, end = self.symbols.offsets[index], self.symbols.offsets[index + 1]
        return tuple(self.symbols.items[start:end].tolist())


def _phrases(token: str, longest: int) -> list[str]:
    """Return the distinct runs of one to `longest` words of a token."""
    # A title is removed only if other words follow it.
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
    """Write a table to a file in one step. Raises `OSError` if the file cannot be written."""
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
    """Map the table in a file; None if the file is missing or damaged."""
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
    for values in arrays:
        checksum = zlib.crc32(values.data, checksum)
    return checksum


_FILE = f"words-{RIGOUR_VERSION}.bin"


class SymbolSource:
    """Source of symbols: the table of the wheel or of the cache folder, which is built if missing.

    Threads may share it.
    """

    def __init__(self, cache_dir: Path | None) -> None:
        self._path = cache_dir / _FILE if cache_dir else None
        self._table: WordTable | None = None
        self._lock = threading.Lock()

    def load(self) -> WordTable:
        """Open the table, or build it, which takes some seconds. The first look-up opens the table,
        too.
        """
        with self._lock:
            if self._table is None:
                self._table = self._open() or self._build()
            return self._table

    def lookup(self, tokens: Sequence[str]) -> list[Symbols]:
        """Return the symbol ids of each token."""
        return (self._table or self.load()).lookup(tokens)

    def _open(self) -> WordTable | None:
        """Open the table of the wheel, else that of the cache folder; None if both are missing."""
        for path in (FOLDER / _FILE, self._path):
            table = open_word_table(path) if path is not None else None
            if table is not None:
                return table
        return None

    def _build(self) -> WordTable:
        """Build and store the table."""
        table = build_word_table(read_words())
        if self._path is not None:
            # Without the file the next process builds the table again.
            with suppress(OSError):
                write_word_table(self._path, table)
        return table
