"""Compiled functions are in packages named `kernels` and in `resolver.runtime` only.

Nothing but kernels is in the former.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

MAX_LINES = 60
MAX_COMPLEXITY = 25
BRANCHES = (
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
ALLOWED_BASES = {"NamedTuple", "IntEnum", "IntFlag"}
ALLOWED_IMPORTS = re.compile(
    r"resolver\.(runtime|\w+\.kernels|records\.kinds|records\.prepared\.value_flags)\b"
)


def kernel_modules(root: Path) -> list[Path]:
    """Return the modules that hold nothing but kernels."""
    return sorted((root / "resolver").glob("*/kernels/*.py"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda]:
    """Yield the functions of a module, nested ones and lambdas too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node


def is_compiled(function: ast.AST) -> bool:
    """Return whether a function has the decorator `compiled`, or one of numba's own."""
    names = [
        getattr(node, "id", getattr(node, "attr", ""))
        for decorator in getattr(function, "decorator_list", [])
        for node in [decorator.func if isinstance(decorator, ast.Call) else decorator]
    ]
    return any(name in ("compiled", "jit", "njit", "vectorize") for name in names)


def lacks_types(function: ast.FunctionDef) -> bool:
    """Return whether a parameter or the result of a function has no annotation."""
    return function.returns is None or any(arg.annotation is None for arg in function.args.args)


def misplaced(path: str, source: str) -> list[str]:
    """Return a line for everything in a kernel module that does not belong there."""
    lines = []
    tree = ast.parse(source)
    for function in functions(tree):
        name = getattr(function, "name", "lambda")
        if not isinstance(function, ast.FunctionDef) or not is_compiled(function):
            lines.append(f"{path}:{function.lineno}: {name} is not compiled")
            continue
        length = (function.end_lineno or 0) - function.lineno + 1
        complexity = 1 + sum(isinstance(node, BRANCHES) for node in ast.walk(function))
        if length > MAX_LINES or complexity > MAX_COMPLEXITY:
            lines.append(f"{path}: {name} has {length} lines, complexity {complexity}")
        if lacks_types(function):
            lines.append(f"{path}: {name} has no annotation for a parameter or its result")
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = {getattr(base, "id", "") for base in node.bases}
            if not bases or bases - ALLOWED_BASES:
                lines.append(f"{path}: class {node.name} is neither a record nor an enumeration")
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        if module.startswith("resolver.") and not ALLOWED_IMPORTS.match(module):
            lines.append(f"{path}: imports {module}")
    return lines


def test_kernel_modules_hold_nothing_but_kernels(root: Path) -> None:
    lines = []
    for path in kernel_modules(root):
        lines += misplaced(path.relative_to(root).as_posix(), path.read_text("utf-8"))
    assert not lines, "\n".join(lines)


def test_compiled_functions_are_in_the_kernels_only(root: Path) -> None:
    folders = (root / "resolver", root / "api", root / "models", root / "benchmarks")
    wrong = [
        f"{path.relative_to(root)}: {getattr(function, 'name', '')}"
        for folder in folders
        for path in sorted(folder.rglob("*.py"))
        if path.parent.name not in ("kernels", "runtime")
        for function in functions(ast.parse(path.read_text("utf-8")))
        if is_compiled(function)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "source",
    [
        "def plain() -> None:\n    pass",
        "TABLE = [key(x) for key in (lambda x: x,) for x in (1,)]",
        "@compiled()\ndef untyped(x):\n    return x",
        "@compiled()\ndef long() -> int:\n" + "    x = 1\n" * 60 + "    return x",
        "@compiled()\ndef branched(x: int) -> int:\n" + "    if x: x = 1\n" * 25 + "    return x",
        "class Holder:\n    pass",
        "from resolver.matching.comparators import compare",
    ],
)
def test_misplaced_things_are_reported(source: str) -> None:
    assert misplaced("resolver/names/kernels/example.py", source)


def test_kernels_records_and_constants_pass() -> None:
    source = """
from typing import NamedTuple
LIMIT = 3
class Sum(NamedTuple):
    total: int
@compiled(inline="always")
def add(one: int, two: int) -> Sum:
    return Sum(one + two)
"""
    assert misplaced("resolver/names/kernels/example.py", source) == []
