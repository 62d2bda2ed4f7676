"""Symbols of person-name tokens, by which `rigour` connects spellings of one name.

Loading its tables takes seconds and hundreds of megabytes per process. So a table of its words is
built once (`symbol_table`), and the library itself is used only if there can be no table.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from resolver.normalize.lexicons.symbol_table import (
    MAX_SYMBOLS,
    Symbols,
    WordTable,
    build_word_table,
    open_word_table,
    write_word_table,
)
from resolver.normalize.name_tokens import symbol_id

VERIFIED_VERSIONS = frozenset({"2.6.1"})
"""Versions of `rigour` for which the tests compare the whole table with it.

For other versions a sample of each new table is compared.
"""
_COMPARED = 31


def analyze_symbols(tokens: Sequence[str]) -> list[Symbols]:
    """Return the symbol ids of each token from `rigour`, ascending.

    The first call in a process loads its table of names (about 6 s, 400 MB).
    """
    from rigour.names import NameTypeTag, SymbolCategory, analyze_names

    categories = (SymbolCategory.NAME, SymbolCategory.NICK, SymbolCategory.SYMBOL)
    answers: list[Symbols] = []
    for token in tokens:
        ids: set[int] = set()
        for name in analyze_names(NameTypeTag.PER, [token], phonetics=False, numerics=False):
            for span in name.spans:
                if span.symbol.category in categories:
                    ids.add(symbol_id(span.symbol.category.value, span.symbol.id))
        answers.append(tuple(sorted(ids)[:MAX_SYMBOLS]))
    return answers


class SymbolSource:
    """Source of symbols: the table in a folder, which is built if missing. Safe to share by
    threads.
    """

    def __init__(self, cache_dir: Path | None) -> None:
        self._path = cache_dir / f"words-{version('rigour')}.bin" if cache_dir else None
        self._table: WordTable | None = None
        self._opened = False
        self._lock = threading.Lock()

    def load(self) -> None:
        """Open or build the table, which takes some seconds; else the first look-up does so."""
        with self._lock:
            if not self._opened:
                self._table = (
                    open_word_table(self._path) if self._path is not None else None
                ) or self._build()
                self._opened = True

    def lookup(self, tokens: Sequence[str]) -> list[Symbols]:
        """Return the symbol ids of each token."""
        if not self._opened:
            self.load()
        return self._table.lookup(tokens) if self._table is not None else analyze_symbols(tokens)

    def _build(self) -> WordTable | None:
        """Build and store the table; return None if the library's texts have an unknown form."""
        from resolver.normalize.lexicons.corpus import read_library_words

        words = read_library_words()
        if words is None:
            return None
        table = build_word_table(words)
        if version("rigour") not in VERIFIED_VERSIONS:
            some = list(islice(words.numbers, 0, None, _COMPARED))
            if table.lookup(some) != analyze_symbols(some):
                return None
        if self._path is not None:
            # Without the file the next process builds the table again.
            with suppress(OSError):
                write_word_table(self._path, table)
        return table
