"""Words of the desk: those of a user interface, without commands."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from resolver.api.desk.pages import describe_error
from resolver.errors import StoreError

COMMAND = re.compile(r"`[^`]*`|(?<![\w-])--[a-z][\w-]+|\bresolver [a-z]{3,}\b(?! is)")
JINJA = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->", re.DOTALL)


def page_texts(root: Path) -> dict[str, str]:
    """Return what templates and messages of the desk say, by file."""
    texts = {
        path.name: JINJA.sub(" ", path.read_text("utf-8"))
        for path in (root / "api/templates/desk").glob("*.html")
    }
    for path in (root / "api/desk").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        statements = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        texts[path.name] = "\n".join(
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings | statements
            and " " in node.value
        )
    return texts


def test_no_page_names_a_command(root: Path) -> None:
    commands = {
        f"{name}: {match[0]}"
        for name, text in page_texts(root).items()
        for match in COMMAND.finditer(text)
    }
    assert commands == set()


@pytest.mark.parametrize(
    ("hint", "advice"),
    [
        ("see `resolver status`", "Tell the operator of the service."),
        ("raise --merge-at", "Tell the operator of the service."),
        ("search for a name instead", "Search for a name instead."),
        ("", ""),
    ],
)
def test_hints_with_commands_are_for_operators(hint: str, advice: str) -> None:
    message, shown = describe_error(StoreError("the store is closed", hint=hint))
    assert (message, shown) == ("The store is closed.", advice)
