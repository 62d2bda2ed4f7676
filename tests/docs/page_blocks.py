"""Fenced blocks of documentation pages: commands to run, files to write, Python to execute.

Conventions of a page:

- A ```` ```bash ```` block holds commands. They run in order, in one folder per page.
- A block with a title, such as ```` ```csv title="people.csv" ````, is a file: it is written there.
- A ```` ```python ```` block without a title runs as a script, with those around it up to the next
  commands; the blocks of a page share names.
- A comment `<!-- not run: REASON -->` on the line above a block leaves it out. Three blocks at most
  in all pages may be left out, for a foreign host, root or hours.
- A comment `<!-- needs: FILE … -->` there names data that is not part of the project; the block
  runs in `test_figures.py`, where the data is.
- `resolver serve` runs in the background until the page ends, on a free port instead of 8000.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)(?P<options>[^\n]*)\n(?P<body>.*?)^(?P=indent)```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_TITLE = re.compile(r'title="([^"]+)"')
_NOT_RUN = re.compile(r"<!-- not run: (?P<reason>.+?) -->\s*\Z")
_NEEDS = re.compile(r"<!-- needs: (?P<files>.+?) -->\s*\Z")


@dataclass(frozen=True)
class Block:
    """One fenced block. `title`: name of the file that it is, or empty; `reason`: why not run;
    `needs`: files beside the project that it reads.
    """

    page: Path
    line: int
    language: str
    title: str
    body: str
    reason: str
    needs: tuple[str, ...] = ()

    @property
    def is_run(self) -> bool:
        """Whether the block is executed."""
        is_code = self.language in ("bash", "python")
        return is_code and not (self.reason or self.title or self.needs)


def pages(root: Path) -> list[Path]:
    """Return the README, the guide for contributors and all pages below `docs`."""
    return [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").rglob("*.md"))]


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page that name a language."""
    text = page.read_text("utf-8")
    for match in _FENCE.finditer(text):
        marker = _NOT_RUN.search(text[: match.start()])
        needs = _NEEDS.search(text[: match.start()])
        title = _TITLE.search(match["options"])
        indent = len(match["indent"])
        body = "\n".join(line[indent:] for line in match["body"].splitlines())
        yield Block(
            page,
            text.count("\n", 0, match.start()) + 1,
            match["language"],
            title[1] if title else "",
            body + "\n",
            marker["reason"] if marker else "",
            tuple(needs["files"].split()) if needs else (),
        )


def command_lines(block: Block) -> list[str]:
    """Return the commands of a bash block, continued lines and open quotes joined."""
    commands: list[str] = []
    pending = ""
    for line in block.body.splitlines():
        pending = f"{pending}\n{line}" if pending else line
        if line.endswith("\\") or _has_open_quote(pending):
            continue
        if pending.strip() and not pending.lstrip().startswith("#"):
            commands.append(pending)
        pending = ""
    if pending.strip():
        commands.append(pending)
    return commands


def _has_open_quote(text: str) -> bool:
    quote = ""
    for mark in text:
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "'\"":
            quote = mark
    return bool(quote)
