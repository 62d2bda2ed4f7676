"""Pages: generated ones are current, links lead somewhere, examples in `--help` are real calls."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.cli.app import COMMANDS, load_command, run
from tests.docs.page_blocks import pages

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*pages(ROOT), ROOT / "CHANGELOG.md"]
README_LINES = 135
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
_CALL = re.compile(r"^[ \t]*resolver (?P<rest>[a-z].*)$", re.MULTILINE)
_PIPES = (">", ">>", "|")


def help_examples() -> Iterator[tuple[str, list[str]]]:
    """Yield (command, words) of the examples in the help of commands."""
    for name in COMMANDS:
        for match in _CALL.finditer(load_command(name).help or ""):
            words = shlex.split(match["rest"], comments=True)
            end = next((at for at, word in enumerate(words) if word in _PIPES), None)
            yield name, words[:end]


@pytest.mark.parametrize("command", ["formats", "comparators", "settings"])
def test_a_generated_page_is_current(
    command: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "--markdown"]) == 0
    page = root / "docs" / "reference" / f"{command}.md"
    assert capsys.readouterr().out == page.read_text("utf-8"), "run `make pages`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: no {target}"


def test_every_page_is_in_the_navigation(root: Path) -> None:
    navigation = (root / "mkdocs.yml").read_text("utf-8")
    missing = [
        name
        for page in (root / "docs").rglob("*.md")
        if (name := page.relative_to(root / "docs").as_posix()) not in navigation
    ]
    assert missing == []


def test_the_readme_can_be_skimmed(root: Path) -> None:
    assert len((root / "README.md").read_text("utf-8").splitlines()) <= README_LINES


def test_examples_are_found() -> None:
    assert len(list(help_examples())) > 20


@pytest.mark.parametrize(
    ("command", "words"),
    [pytest.param(*call, id=" ".join(call[1])[:60]) for call in help_examples()],
)
def test_the_examples_of_a_command_parse(command: str, words: list[str]) -> None:
    name, *args = words
    assert name in COMMANDS, f"{command}: there is no command {name}"
    load_command(name).make_context(name, args, resilient_parsing=False)


def test_pages_named_in_messages_exist(root: Path) -> None:
    page_address = re.compile(r"\bdocs/[a-z-]+(?:/[a-z-]+)*\.md\b")
    files = [root / "Makefile", *(root / "deploy").iterdir()]
    files += [path for name in ("resolver", "api") for path in (root / name).rglob("*.py")]
    texts = [(path, path.read_text("utf-8")) for path in files]
    pages_named = [
        (path, match[0]) for path, text in texts for match in page_address.finditer(text)
    ]
    assert len(pages_named) > 5
    assert [row for row in pages_named if not (root / row[1]).exists()] == []
