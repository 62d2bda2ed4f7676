"""Words of person names and their symbols, read from the texts inside the `rigour` library.

`rigour` keeps them compressed in its compiled module and builds a search tree of them on first use,
which takes seconds and hundreds of megabytes. The source is small: a text of lines `form, form,
form => id`, and a table in JSON. A word has the symbols of every line it is in, as in `rigour`.
"""

from __future__ import annotations

import mmap
import re
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
import pyarrow as pa
import rigour._core
from rigour.names import SymbolCategory
from rigour.text.normalize import Normalize, normalize

from resolver.normalize.name_tokens import symbol_id

_FRAME = b"\x28\xb5\x2f\xfd"
_LINE = re.compile(r"(.+) => ([QX]\d+)")
_KINDS = {
    "person_symbols": SymbolCategory.SYMBOL,
    "person_name_parts": SymbolCategory.NAME,
    "person_nick": SymbolCategory.NICK,
}
_FORM = Normalize.CASEFOLD | Normalize.NAME


@dataclass(frozen=True, slots=True)
class CorpusWords:
    """Words (or phrases) with a number each, and their symbols.

    Word `words[i]` has symbol `symbols[i]`; pairs may repeat.
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
    return normalize(text, _FORM) or ""


def read_library_words() -> CorpusWords | None:
    """Return all words; None if the library does not store them in the expected form."""
    names: str | None = None
    table: dict[str, Any] | None = None
    for text in _texts():
        if text[:1] == b"{" and table is None:
            with suppress(orjson.JSONDecodeError):
                content = orjson.loads(text)
                table = (
                    content
                    if isinstance(content, dict) and content.keys() >= _KINDS.keys()
                    else None
                )
        elif names is None and b" => " in text[:1000]:
            names = text.decode("utf-8", "replace")
    if names is None or table is None:
        return None
    words = CorpusWords()
    for kind, category in _KINDS.items():
        for key, forms in table[kind].items():
            words.add(
                {normal_form(form) for form in forms} - {""}, symbol_id(category.value, key.upper())
            )
    return words if _add_lines(words, names) else None


def name_lines() -> Iterator[list[str]]:
    """Yield the forms of each given or family name of the library, as it writes them."""
    for text in _texts():
        if b" => " in text[:1000]:
            for line in text.decode("utf-8", "replace").splitlines():
                match = _LINE.fullmatch(line.strip())
                if match:
                    yield match[1].split(", ")


def _add_lines(words: CorpusWords, names: str) -> bool:
    """Add the lines of a text; return False at a line that has not the expected form."""
    for line in filter(None, map(str.strip, names.splitlines())):
        match = _LINE.fullmatch(line)
        if match is None:
            return False
        forms = {normal_form(form) for form in match[1].split(", ")} - {""}
        # A name with one spelling connects nothing, and `rigour` leaves it out.
        if len(forms) > 1:
            words.add(forms, symbol_id(SymbolCategory.NAME.value, match[2]))
    return True


def _texts() -> Iterator[bytes]:
    """Yield the compressed texts inside the library's module, unpacked."""
    with (
        open(rigour._core.__file__, "rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        at = data.find(_FRAME)
        while at >= 0:
            with suppress(IndexError, OSError):
                frame = data[at : _end(data, at)]
                yield pa.input_stream(pa.BufferReader(frame), compression="zstd").read()
            at = data.find(_FRAME, at + 1)


def _end(data: mmap.mmap, at: int) -> int:
    """Return the end of a Zstandard frame (RFC 8878, 3.1.1). Raises `IndexError` at the end of
    data.
    """
    descriptor = data[at + 4]
    single = descriptor >> 5 & 1
    at += 5 + (1 - single) + (0, 1, 2, 4)[descriptor & 3] + (single, 2, 4, 8)[descriptor >> 6]
    last = False
    while not last:
        block = int.from_bytes(data[at : at + 3], "little")
        last, kind, size = bool(block & 1), block >> 1 & 3, block >> 3
        at += 3 + (1 if kind == 1 else size)
        data[at - 1]
    return at + 4 * (descriptor >> 2 & 1)
