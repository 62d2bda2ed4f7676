"""The pages: what is generated is current, links lead somewhere, and the commands shown are commands that exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.cli.app import COMMANDS, load_command, run

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
_CALL = re.compile(r"^[ \t]*(?:\$ )?(?:\.venv/bin/)?resolver (?P<rest>[a-z].*)$", re.M)


def calls() -> Iterator[tuple[str, list[str]]]:
    """(page, words) of every command line shown: those in pages and those in the help of commands."""
    texts = [(page.name, page.read_text("utf-8")) for page in PAGES]
    texts += [(name, load_command(name).help or "") for name in COMMANDS]
    for place, text in texts:
        for match in _CALL.finditer(text):
            words = shlex.split(match["rest"], comments=True)
            yield (
                place,
                words[
                    : next((at for at, word in enumerate(words) if word in (">", ">>", "|")), None)
                ],
            )


@pytest.mark.parametrize(
    ("page", "command"),
    [("formats.md", "formats"), ("comparators.md", "comparators"), ("settings.md", "settings")],
)
def test_a_generated_page_is_current(
    page: str, command: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "--markdown"]) == 0
    assert capsys.readouterr().out == (root / "docs" / page).read_text("utf-8"), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: no {target}"


def test_command_lines_are_found() -> None:
    assert len(list(calls())) > 20


@pytest.mark.parametrize(
    ("place", "words"), [pytest.param(*call, id=" ".join(call[1])[:60]) for call in calls()]
)
def test_the_command_lines_shown_parse(place: str, words: list[str]) -> None:
    name, *args = words
    assert name in COMMANDS, f"{place}: there is no command {name}"
    command = load_command(name)
    command.make_context(name, args, resilient_parsing=False)
