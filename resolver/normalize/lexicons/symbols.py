"""Symbols of person-name tokens: `rigour`'s table ties the spellings of one name across languages and scripts.

Loaded as the library loads it, it takes seconds and hundreds of megabytes in every process. So a table of its words is
prepared once (`wordtable`), and the library itself is asked only where such a table cannot be had.
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
    open_table,
    table_of,
    write_table,
)
from resolver.normalize.name_tokens import symbol_id

PROVEN = frozenset({"2.6.1"})
"""The versions of `rigour` for which the tests have compared the table with it. Of another, each table is compared with
it when it is made, in a part of its words."""
_COMPARED = 31


def person_symbols(tokens: Sequence[str]) -> list[Symbols]:
    """The symbol ids of each token, ascending, as `rigour` says them. The first time in a process this loads its table
    of names (about 6 s, 400 MB)."""
    from rigour.names import NameTypeTag, SymbolCategory, analyze_names

    wanted = (SymbolCategory.NAME, SymbolCategory.NICK, SymbolCategory.SYMBOL)
    answers: list[Symbols] = []
    for token in tokens:
        ids: set[int] = set()
        for name in analyze_names(NameTypeTag.PER, [token], phonetics=False, numerics=False):
            for span in name.spans:
                if span.symbol.category in wanted:
                    ids.add(symbol_id(span.symbol.category.value, span.symbol.id))
        answers.append(tuple(sorted(ids)[:MAX_SYMBOLS]))
    return answers


class SymbolSource:
    """Answers for tokens, from the prepared table in a folder, which is made where it is missing. Safe to use from
    several threads."""

    def __init__(self, cache_dir: Path | None) -> None:
        self._path = cache_dir / f"words-{version('rigour')}.bin" if cache_dir else None
        self._table: WordTable | None = None
        self._opened = False
        self._lock = threading.Lock()

    def load(self) -> None:
        """Open the table, or make it, which takes some seconds: else the first token waits for it."""
        with self._lock:
            if not self._opened:
                self._table = (
                    open_table(self._path) if self._path is not None else None
                ) or self._made()
                self._opened = True

    def lookup(self, tokens: Sequence[str]) -> list[Symbols]:
        """The symbol ids of each token."""
        if not self._opened:
            self.load()
        return self._table.lookup(tokens) if self._table is not None else person_symbols(tokens)

    def _made(self) -> WordTable | None:
        """The table, made and kept in the folder; None where the library is of a make that is not known here."""
        from resolver.normalize.lexicons.corpus import words_of_library

        words = words_of_library()
        if words is None:
            return None
        table = table_of(words)
        if version("rigour") not in PROVEN:
            some = list(islice(words.numbers, 0, None, _COMPARED))
            if table.lookup(some) != person_symbols(some):
                return None
        if self._path is not None:
            # a table that cannot be kept costs time, never a result
            with suppress(OSError):
                write_table(self._path, table)
        return table
