"""Definitions and names of a Python tree, read from its syntax."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDERS = ("resolver", "api", "models")
MAX_LINE = 100
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def sources(root: Path, folders: tuple[str, ...] = FOLDERS) -> list[Path]:
    """Return the Python files below some folders, migrations left out."""
    files = (path for folder in folders for path in (root / folder).rglob("*.py"))
    return sorted(path for path in files if "migrations" not in path.parts)


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
