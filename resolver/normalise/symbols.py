"""Symbols of person-name tokens: `rigour`'s table ties the spellings of one name across languages and scripts.

The table takes seconds and hundreds of megabytes to load, so it lives in a process of its own that loads while lists
are read (`serve`: one token a line in, its symbol ids out), and what it said about a token is kept in a
cache file per version of `rigour`: its answer depends on the token alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from itertools import islice, pairwise
from operator import le
from pathlib import Path

from resolver.normalise.asked import Asked, Symbols
from resolver.normalise.names import symbol_id
from resolver.records.prepared import NICKNAME_BIT

_MAX_SYMBOLS = 40
_IDS = re.compile(rb"(?:[0-9]{1,10}(?:,[0-9]{1,10})*)?;")


def person_symbols(tokens: Sequence[str]) -> list[Symbols]:
    """The symbol ids of each token, ascending. Loads `rigour`'s person names on first use in a process (about 6 s)."""
    from rigour.names import NameTypeTag, SymbolCategory, analyze_names

    wanted = (SymbolCategory.NAME, SymbolCategory.NICK, SymbolCategory.SYMBOL)
    answers: list[Symbols] = []
    for token in tokens:
        ids: set[int] = set()
        for name in analyze_names(NameTypeTag.PER, [token], phonetics=False, numerics=False):
            for span in name.spans:
                if span.symbol.category in wanted:
                    ids.add(symbol_id(span.symbol.category.value, span.symbol.id))
        answers.append(tuple(sorted(ids)[:_MAX_SYMBOLS]))
    return answers


class SymbolSource:
    """Answers for tokens, from the cache file where it can, else from `rigour` in a child process. `inside`: in this
    process instead, which keeps the table for the next tokens, and the cache file is only read."""

    def __init__(self, cache_dir: Path | None, *, inside: bool = False) -> None:
        self._inside = inside
        self._path = cache_dir / f"symbols-30-{version('rigour')}.tsv" if cache_dir else None
        self._known: dict[str, Symbols] = {}
        # the lines of the cache file, ascending, read when they are asked for: a batch needs few of them
        self._kept: list[bytes] = []
        self._child: subprocess.Popen[str] | None = None
        self._long = False
        self._asked: Asked | None = None
        self._read_cache()

    def start(self, *, new_words: bool = False) -> None:
        """Begin loading in the background where the cache is empty, or where `new_words` are to come that it cannot
        hold; should none come, `close` ends what was begun."""
        empty = not self._known and not self._kept
        if (empty or new_words) and self._child is None:
            with suppress(OSError):
                self._child = _open_child()

    def keep(self) -> None:
        """For one that answers for long and may not wait: a process of its own loads the table from now on and keeps
        it. What is not in the cache file is asked there, and neither kept nor written (it is what users have asked
        for)."""
        if not self._long:
            self._long = True
            # without a second process this one takes the table in when it is asked for
            with suppress(OSError):
                self._asked = Asked()

    def lookup(self, tokens: Sequence[str]) -> list[Symbols]:
        """The symbol ids of each token."""
        missing = sorted(token for token in set(tokens) if token not in self._known and not self._recall(token))
        if missing and self._long:
            held = dict(zip(missing, self._of_keeper(missing), strict=True))
            return [self._known[token] if token in self._known else held[token] for token in tokens]
        if missing:
            found = person_symbols(missing) if self._inside else self._ask(missing)
            self._known.update(zip(missing, found, strict=True))
            if not self._inside:
                self._write_cache()
        return [self._known[token] for token in tokens]

    def _of_keeper(self, tokens: list[str]) -> list[Symbols]:
        if self._asked is not None:
            with suppress(OSError):
                return self._asked.symbols(tokens)
        return person_symbols(tokens)

    def _ask(self, tokens: list[str]) -> list[Symbols]:
        # no second process to be had (memory, limits), or it ended early: the slow way gives the same answer
        try:
            child, self._child = self._child or _open_child(), None
            answer, errors = child.communicate("".join(f"{token}\n" for token in tokens))
        except OSError:
            return person_symbols(tokens)
        if child.returncode and "memory" in (errors or "").lower():
            # the library does not fail where it gets none, it ends the process: not this one too
            raise MemoryError("the table of name symbols got none")
        lines = answer.splitlines()
        if child.returncode != 0 or len(lines) != len(tokens):
            return person_symbols(tokens)
        return [_ids(line) for line in lines]

    def close(self) -> None:
        """End the processes there are."""
        if self._asked is not None:
            self._asked.close()
            self._asked, self._long = None, False
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def _read_cache(self) -> None:
        if self._path is None or not self._path.is_file():
            return
        with suppress(OSError):
            self._kept = [line for line in self._path.read_bytes().split(b"\n") if b"\t" in line]
            # as it is written; what something else has made of the file may be in any order
            if not all(map(le, self._kept, islice(self._kept, 1, None))):
                self._kept.sort()

    def _recall(self, token: str) -> bool:
        """Whether the cache file knows a token; a line cut short by a killed run, or damaged since, is no answer."""
        begin = token.encode("utf-8", "surrogatepass") + b"\t"
        at = bisect_left(self._kept, begin)
        held = self._kept[at][len(begin) :] if at < len(self._kept) and self._kept[at].startswith(begin) else b""
        if not _IDS.fullmatch(held):
            return False
        ids = _ids(held.decode("ascii"))
        if any(one >= two for one, two in pairwise((*ids, NICKNAME_BIT))):
            return False
        self._known[token] = ids
        return True

    def _write_cache(self) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # others may have written since it was read: what they learnt stays
            self._read_cache()
            handle, name = tempfile.mkstemp(dir=self._path.parent)
            known = self._known.items()
            learnt = {token.encode("utf-8", "surrogatepass"): _line(ids).encode("ascii") for token, ids in known}
            held = dict(line.split(b"\t", 1) for line in self._kept)
            with os.fdopen(handle, "wb") as file:
                file.writelines(sorted(b"%b\t%b\n" % line for line in {**held, **learnt}.items()))
            Path(name).replace(self._path)
        except OSError:
            # a cache that cannot be written costs time, never a result
            self._path = None


def _line(ids: Symbols) -> str:
    return ",".join(map(str, ids)) + ";"


def _ids(line: str) -> Symbols:
    return tuple(int(part) for part in line.rstrip(";").split(",") if part)


def _open_child() -> subprocess.Popen[str]:
    root = str(Path(__file__).resolve().parents[2])
    code = f"import sys; sys.path.insert(0, {root!r}); from resolver.normalise.symbols import serve; serve()"
    return subprocess.Popen(
        [sys.executable, "-X", "utf8", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def serve() -> None:
    """The child process: load the table, then answer every line of standard input."""
    person_symbols(["a"])
    tokens = [line.rstrip("\n") for line in sys.stdin]
    sys.stdout.writelines(f"{_line(ids)}\n" for ids in person_symbols(tokens))
