"""Rules of style that a reviewer would otherwise have to check: CONTRIBUTING.md explains them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests import style
from tests.style import parts_of

pytestmark = pytest.mark.slow


MOST_REPEATED_NAMES = 20
LEAST_DOCUMENTED = 0.95
BRITISH = frozenset("catalogue colour labelled normalise normalised romanised".split())


def test_lines_are_short(root: Path) -> None:
    folders = (*style.FOLDERS, "tests", "benchmarks")
    files = [
        *style.sources(root, folders),
        *(path for folder in folders for path in (root / folder).rglob("*.html")),
    ]
    long = [
        f"{path}:{number}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > style.MAX_LINE
    ]
    assert long == []


def test_nothing_dodges_the_formatter(root: Path) -> None:
    marks = ("fmt: " + "skip", "fmt: " + "off")
    files = style.sources(root, (*style.FOLDERS, "tests", "benchmarks"))
    assert [path for path in files if any(mark in path.read_text("utf-8") for mark in marks)] == []


def test_public_definitions_are_documented(root: Path) -> None:
    nodes = [node for path in style.sources(root) for node in style.definitions(path)]
    public = [node for node in nodes if not node.name.startswith("_")]
    documented = sum(bool(ast.get_docstring(node)) for node in public)
    assert documented >= LEAST_DOCUMENTED * len(public)


def test_public_names_are_unique(root: Path) -> None:
    repeated = {name: paths for name, paths in style.public_names(root).items() if len(paths) > 1}
    assert len(repeated) <= MOST_REPEATED_NAMES, sorted(repeated)


def british_parts(name: str) -> list[str]:
    """Return the words of an identifier that are not in US spelling."""
    return [part for part in parts_of(name) if part in BRITISH]


def test_identifiers_are_in_us_spelling(root: Path) -> None:
    files = style.sources(root, (*style.FOLDERS, "tests", "benchmarks"))
    british = [
        f"{path.relative_to(root)}:{line} {name}"
        for path in files
        for line, name in style.bound_names(path)
        if british_parts(name)
    ]
    assert british == []


def test_british_spelling_is_reported() -> None:
    assert british_parts("labelled_pairs") == ["labelled"]
    assert british_parts("LabeledPairs") == []
