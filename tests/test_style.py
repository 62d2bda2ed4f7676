"""Rules of style that a reviewer would otherwise have to check: CONTRIBUTING.md explains them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest

from resolver.cli.app import COMMANDS, load_command
from tests import style, vocabulary
from tests.style import parts_of

pytestmark = pytest.mark.slow


MOST_REPEATED_NAMES = 20
LEAST_DOCUMENTED = 0.95


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


def retired_parts(name: str) -> list[str]:
    """Return the retired words in an identifier."""
    if name.strip("_") in vocabulary.ALLOWED:
        return []
    if name.strip("_") in vocabulary.RETIRED_NAMES:
        return [name]
    return [part for part in parts_of(name) if part in vocabulary.RETIRED_PARTS]


def test_identifiers_use_the_vocabulary(root: Path) -> None:
    files = style.sources(root, (*style.FOLDERS, "tests", "benchmarks"))
    retired = [
        f"{path.relative_to(root)}:{line} {name}"
        for path in files
        for line, name in style.bound_names(path)
        if retired_parts(name)
    ]
    assert retired == []


def test_file_names_use_the_vocabulary(root: Path) -> None:
    folders = (*style.FOLDERS, "tests", "benchmarks", "docs", "deploy")
    paths = (path for folder in folders for path in (root / folder).rglob("*"))
    retired = [
        path.relative_to(root).as_posix()
        for path in paths
        if "__pycache__" not in path.parts and retired_parts(path.stem)
    ]
    assert retired == []


def test_templates_and_help_use_the_vocabulary(root: Path) -> None:
    texts = {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for folder in style.FOLDERS
        for path in (root / folder).rglob("*.html")
    }
    texts |= {f"resolver {name} --help": help_text(name) for name in COMMANDS}
    retired = [
        f"{place}: {match[0]}"
        for place, text in texts.items()
        for match in vocabulary.RETIRED_PHRASES.finditer(text)
    ]
    for place, text in texts.items():
        expressions = " ".join(re.findall(r"{[{%].*?[%}]}", text, re.DOTALL))
        names = set(re.findall(r"\b[a-z_]+\b", re.sub(r"'[^']*'|\"[^\"]*\"", "", expressions)))
        retired += [f"{place}: {name}" for name in sorted(names) if retired_parts(name)]
    assert retired == []


def help_text(name: str) -> str:
    """Return what `resolver NAME --help` prints."""
    command = load_command(name)
    return command.get_help(click.Context(command, info_name=name))


@pytest.mark.parametrize("name", ["landing_lock", "EntityShelf", "held", "_told", "labelled_pairs"])
def test_retired_words_are_reported(name: str) -> None:
    assert retired_parts(name)


@pytest.mark.parametrize("name", ["island", "commit", "household", "founded", "held_count"])
def test_plain_english_is_not_reported(name: str) -> None:
    assert retired_parts(name) == []
