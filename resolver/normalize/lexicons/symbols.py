"""Symbols of person-name tokens, by which spellings of one name are connected.

Reading the tables of names takes seconds, so a table of their words is built once (`symbol_table`).
A wheel for one platform brings it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from resolver.data import FOLDER
from resolver.normalize.lexicons.symbol_table import (
    Symbols,
    WordTable,
    build_word_table,
    open_word_table,
    write_word_table,
)
from resolver.reference.tables import RIGOUR_VERSION

_FILE = f"words-{RIGOUR_VERSION}.bin"


class SymbolSource:
    """Source of symbols: the table in a folder, which is built if missing. Safe to share by
    threads.
    """

    def __init__(self, cache_dir: Path | None) -> None:
        self._path = cache_dir / _FILE if cache_dir else None
        self._table: WordTable | None = None
        self._lock = threading.Lock()

    def load(self) -> WordTable:
        """Open or build the table, which takes some seconds; else the first look-up does so."""
        with self._lock:
            if self._table is None:
                self._table = self._open() or self._build()
            return self._table

    def lookup(self, tokens: Sequence[str]) -> list[Symbols]:
        """Return the symbol ids of each token."""
        return (self._table or self.load()).lookup(tokens)

    def _open(self) -> WordTable | None:
        """Open the table that the wheel brings, else that of the folder; None without either."""
        for path in (FOLDER / _FILE, self._path):
            table = open_word_table(path) if path is not None else None
            if table is not None:
                return table
        return None

    def _build(self) -> WordTable:
        """Build and store the table."""
        from resolver.normalize.lexicons.corpus import read_words

        table = build_word_table(read_words())
        if self._path is not None:
            # Without the file the next process builds the table again.
            with suppress(OSError):
                write_word_table(self._path, table)
        return table
