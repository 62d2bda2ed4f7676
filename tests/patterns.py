"""Regular expressions of the packages that read input, and hostile texts derived from each."""

from __future__ import annotations

import ast
import importlib
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.examples import examples

# the parser of `re`, which tells apart what a pattern repeats; without types, and by name only
codes: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")
FUNCTIONS = frozenset(
    ("compile", "search", "match", "fullmatch", "split", "sub", "subn", "findall", "finditer")
)
"""Functions of `re` whose first argument is a pattern."""
_FLAGS_AT = {"compile": 1, "sub": 4, "subn": 4, "split": 3}
_LEFT_OUT = (
    "resolver/training",
    "resolver/world",
    "resolver/spark",
    "resolver/api",
    "resolver/models",
)
"""Packages that read no text of others, and links to folders that are read under their own name."""


@dataclass(frozen=True)
class UsedPattern:
    """Pattern, where it stands, and the methods it is used with (none: they are not known)."""

    place: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


def used_patterns(root: Path) -> tuple[list[UsedPattern], list[str]]:
    """Return all patterns, and the places of those that are built from variables of a function."""
    methods: dict[re.Pattern[Any], set[str]] = {}
    places: dict[re.Pattern[Any], str] = {}
    fallback: dict[re.Pattern[Any], set[str]] = {}
    unresolved: list[str] = []
    for path in _sources(root):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        # a page has one name, under which it registers once
        module = importlib.import_module(f"resolver.{name}" if name.startswith("api") else name)
        visitor = _Calls(module)
        visitor.visit(ast.parse(path.read_text("utf-8")))
        for pattern in _patterns_in(vars(module).values()):
            places.setdefault(pattern, name)
            fallback.setdefault(pattern, set()).update(visitor.variable_methods)
        unresolved += visitor.unresolved
        for pattern, place, method in visitor.uses:
            places[pattern] = place if method == "compile" else places.get(pattern, place)
            methods.setdefault(pattern, set()).add(method)
    used = [
        UsedPattern(
            place,
            pattern,
            frozenset((methods.get(pattern, set()) - {"compile"}) or fallback.get(pattern, set())),
        )
        for pattern, place in places.items()
    ]
    return sorted(used, key=lambda item: item.place), unresolved


def _sources(root: Path) -> list[Path]:
    files = [*(root / "resolver").rglob("*.py"), *(root / "api").rglob("*.py")]
    names = {path: path.relative_to(root).as_posix() for path in files}
    # an entry point runs when it is imported; a migration is run by its tool
    skipped = ("resolver/__main__", "resolver/store/migrations/env")
    return sorted(
        path for path, name in names.items() if not name.startswith((*_LEFT_OUT, *skipped))
    )


def _patterns_in(values: Iterable[Any], depth: int = 0) -> Iterator[re.Pattern[Any]]:
    """Yield the patterns among values and in their containers."""
    for value in values:
        if isinstance(value, re.Pattern):
            yield value
        elif depth < 4 and isinstance(value, dict):
            yield from _patterns_in([*value.keys(), *value.values()], depth + 1)
        elif depth < 4 and isinstance(value, list | tuple | set | frozenset):
            yield from _patterns_in(value, depth + 1)
        elif depth < 4 and hasattr(type(value), "__dataclass_fields__"):
            fields = type(value).__dataclass_fields__
            yield from _patterns_in([getattr(value, name, None) for name in fields], depth + 1)


class _Calls(ast.NodeVisitor):
    """Uses of patterns in a module: (pattern, place, method)."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._depth = 0
        self.uses: list[tuple[re.Pattern[Any], str, str]] = []
        self.unresolved: list[str] = []
        self.variable_methods: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in FUNCTIONS:
            place = f"{self._module.__name__}:{node.lineno}"
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "re":
                self._add_call(node, node.func.attr, place)
            else:
                self._add_method(node.func.value, node.func.attr, place)

    def _add_call(self, node: ast.Call, function: str, place: str) -> None:
        try:
            pattern = self._evaluate(node.args[0])
            flags = [word.value for word in node.keywords if word.arg == "flags"]
            flags = flags or node.args[_FLAGS_AT.get(function, 2) :][:1]
            compiled = re.compile(pattern, self._evaluate(flags[0]) if flags else 0)
        except NameError:
            if self._depth:
                self.unresolved.append(self._module.__name__)
        else:
            self.uses.append((compiled, place, function))

    def _add_method(self, value: ast.expr, method: str, place: str) -> None:
        if isinstance(value, ast.Name | ast.Attribute):
            try:
                pattern = self._evaluate(value)
            except (NameError, AttributeError):
                self.variable_methods.add(method)
                return
            if isinstance(pattern, re.Pattern):
                self.uses.append((pattern, place, method))

    def _evaluate(self, node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), "", "eval"), vars(self._module))


GENERAL_PIECES = (
    " ",
    "a",
    "A",
    "1",
    "(",
    ")",
    "-",
    ".",
    ",",
    ";",
    "'",
    '"',
    "\n",
    "é",
    "漢",
    "a ",
    "A1 ",
    "aA",
    "1.",
)
NEAR_ENDS = ("", "!", "\x00", "\n", "a", " ")


class _Samples:
    """Texts that a part of a parsed pattern matches, and the parts worth repeating."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._groups: dict[int, str] = {}
        self.pieces: dict[str, None] = {}
        self.prefixes: dict[str, None] = {}

    def sample(self, items: Any, before: str = "") -> str:
        """Return a text of some items in a row; note what is repeated, and what precedes it."""
        text = ""
        for item in items:
            part = self._part(item, before + text)
            text += part
            self.pieces[part[:60]] = None
            self.pieces[text[:60]] = None
            self.prefixes[(before + text)[:80]] = None
        return text

    def _part(self, item: Any, before: str) -> str:
        code, value = item
        if code is codes.LITERAL:
            return chr(value)
        if code is codes.NOT_LITERAL:
            return "a" if value != ord("a") else "b"
        if code is codes.ANY:
            return str(self._dice.choice("aA1 ."))
        if code is codes.IN:
            return self._member(value)
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            least, _, body = value
            text = self.sample(body, before)
            self.prefixes[before[:80]] = None
            count: int = max(least, self._dice.choice((0, 1, 1)))
            return (text * count)[:80]
        if code is codes.BRANCH:
            samples = [self.sample(branch, before) for branch in value[1]]
            return self._dice.choice(samples)
        if code is codes.SUBPATTERN:
            text = self._groups[value[0]] = self.sample(value[3], before)
            return text
        if code is codes.ATOMIC_GROUP:
            return self.sample(value, before)
        if code is codes.ASSERT:
            self.sample(value[1], before)
            return ""
        if code is codes.ASSERT_NOT:
            self.sample(value[1], before)
            return ""
        return self._groups.get(value, "")

    def _member(self, value: Any) -> str:
        candidates: list[str] = []
        negated = value[0][0] is codes.NEGATE
        for code, what_code in value:
            if code is codes.LITERAL:
                candidates.append(chr(what_code))
            elif code is codes.RANGE:
                candidates += [chr(what_code[0]), chr(what_code[1])]
            elif code is codes.CATEGORY:
                candidates += _CATEGORIES.get(what_code, ["a"])
        if negated:
            allowed = [letter for letter in "a A1.-;é" if letter not in candidates]
            return str(self._dice.choice(allowed or ["漢"]))
        for letter in candidates[:12]:
            self.pieces[letter] = None
        return self._dice.choice(candidates)


_CATEGORIES = {
    codes.CATEGORY_DIGIT: ["1"],
    codes.CATEGORY_NOT_DIGIT: ["a"],
    codes.CATEGORY_SPACE: [" ", "\n"],
    codes.CATEGORY_NOT_SPACE: ["a", "."],
    codes.CATEGORY_WORD: ["a", "A", "1", "_"],
    codes.CATEGORY_NOT_WORD: [" ", "."],
}


def has_long_repeat(pattern: re.Pattern[Any]) -> bool:
    """Return whether a pattern repeats something without a bound, or often."""
    return re.search(r"(?<!\\)[*+]|\{\d*,(?:\d{2,})?\}", _text_of(pattern)) is not None


def _text_of(pattern: re.Pattern[Any]) -> str:
    source = pattern.pattern
    return source.decode("latin-1") if isinstance(source, bytes) else str(source)


def hostile_parts(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """Return (start, piece, end) of hostile texts: a start, a piece to repeat, and an end.

    At night there are those of four draws.
    """
    return list(dict.fromkeys(part for draw in range(examples(1)) for part in _draw(pattern, draw)))


def _draw(pattern: re.Pattern[Any], draw: int) -> list[tuple[str, str, str]]:
    text = _text_of(pattern)
    samples = _Samples(draw)
    for _ in range(4):
        samples.sample(parser.parse(text, pattern.flags & ~re.DEBUG))
    pieces = [piece for piece in (*samples.pieces, *GENERAL_PIECES) if piece]
    dice = random.Random(draw)
    pieces = dice.sample(pieces, min(len(pieces), 50))
    prefixes = list(samples.prefixes) or [""]
    parts = [("", piece, end) for piece in pieces for end in ("", "!")]
    parts += [
        (dice.choice(prefixes), piece, dice.choice(NEAR_ENDS)) for piece in pieces for _ in range(2)
    ]
    parts += [
        ("", first + second, "") for first, second in (dice.sample(pieces, 2) for _ in range(30))
    ]
    return parts


def hostile_text(parts: tuple[str, str, str], size: int) -> str:
    """Return a hostile text of a number of characters."""
    start, piece, end = parts
    count = max(size - len(start) - len(end), 0)
    return (start + (piece * (count // len(piece) + 1))[:count] + end)[-size:]
