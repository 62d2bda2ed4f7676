"""Style figures of a Python tree, read from its syntax: docstrings, lengths, names."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDERS = ("resolver", "api", "models")
MAX_LINE = 100
# A docstring should open with a verb or a noun, not with one of these words.
ODD_OPENING = re.compile(
    r"^(an?|the|what|who|whom|whose|which|where|when|how|why|whether|all|every|each|of|in|at|by|on"
    r"|with|for|from|one|some|no|nobody|that|those|these|said|told|asked|held)\b",
    re.IGNORECASE,
)
_BRANCHES = (
    ast.match_case,
    ast.If,
    ast.For,
    ast.While,
    ast.IfExp,
    ast.ExceptHandler,
    ast.BoolOp,
    ast.comprehension,
    ast.With,
    ast.Assert,
)
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class FunctionFigures:
    """Size of one function. `place`: file, line and name."""

    place: str
    lines: int
    parameters: int
    complexity: int


def sources(root: Path, folders: tuple[str, ...] = FOLDERS) -> list[Path]:
    """Return the Python files below some folders, migrations left out."""
    files = (path for folder in folders for path in (root / folder).rglob("*.py"))
    return sorted(path for path in files if "migrations" not in path.parts)


def functions(path: Path) -> Iterator[FunctionFigures]:
    """Yield the figures of every function of a file."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield FunctionFigures(
                f"{path}:{node.lineno} {node.name}",
                (node.end_lineno or node.lineno) - node.lineno + 1,
                _parameter_count(node.args),
                1 + sum(isinstance(child, _BRANCHES) for child in ast.walk(node)),
            )


def _parameter_count(args: ast.arguments) -> int:
    names = [*args.posonlyargs, *args.args]
    is_method = bool(names) and names[0].arg in ("self", "cls")
    extra = len(args.kwonlyargs) + bool(args.vararg) + bool(args.kwarg)
    return len(names) + extra - is_method


def definitions(path: Path) -> Iterator[Definition]:
    """Yield the functions and classes of a file, nested ones too."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, Definition):
            yield node


def public_names(root: Path) -> dict[str, set[Path]]:
    """Return the modules that define each public top-level function or class."""
    modules: dict[str, set[Path]] = defaultdict(set)
    for path in sources(root, ("resolver", "api")):
        for node in _tree(path).body:
            if isinstance(node, Definition) and not node.name.startswith("_"):
                modules[node.name].add(path)
    return modules


def bound_names(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of all functions, classes, arguments and variables of a file."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, Definition):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr
        elif isinstance(node, ast.ImportFrom | ast.Import):
            yield from ((node.lineno, alias.asname) for alias in node.names if alias.asname)


def parts_of(name: str) -> list[str]:
    """Return the words of an identifier, in lower case: `IndexSegment` -> `index`, `segment`."""
    return [part.lower() for part in _PARTS.findall(name)]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))
