"""Progress is shown where Python runs: as bars on a terminal, as one line in a notebook."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from resolver.frames.resolving import NotebookBar, show_progress
from resolver.records.progress import SILENT

LARGE = """
bar.start("read", 50_000, "rows")
bar.advance(30_000)
"""


def test_a_given_receiver_is_used_and_others_get_silence() -> None:
    bar = NotebookBar()
    with show_progress(bar) as shown:
        assert shown is bar
    with show_progress(None) as shown:
        assert shown is SILENT


@pytest.mark.slow
@pytest.mark.parametrize(("count", "is_shown"), [(50_000, True), (500, False)])
def test_large_stages_are_bars_on_a_terminal(count: int, is_shown: bool, root: Path) -> None:
    code = (
        "from resolver.frames.resolving import show_progress\n"
        "with show_progress(None) as bars:\n"
        f"    bars.start('read', {count}, 'rows')\n"
        f"    bars.advance({count})\n"
    )
    main, terminal = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(root)}
    subprocess.run([sys.executable, "-c", code], stderr=terminal, env=environment, check=True)
    os.close(terminal)
    shown = b""
    while piece := _read(main):
        shown += piece
    os.close(main)
    assert (b"read" in shown) == is_shown


def _read(terminal: int) -> bytes:
    """Return what a terminal shows next; nothing at its end."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


@pytest.mark.slow
def test_large_stages_are_a_line_in_a_notebook(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(root))
    start = "from resolver.frames.resolving import NotebookBar, show_progress\n"
    shown = _run([f"{start}bar = NotebookBar(){LARGE}"], tmp_path)[0]
    assert "read: 30,000 of 50,000 rows <progress" in shown[0].data["text/html"]
    closed, provided, small = _run(
        [
            f"{start}bar = NotebookBar(){LARGE}",
            "bar.close()\nwith show_progress(None) as shown: print(type(shown).__name__)",
            "bar = NotebookBar()\nbar.start('read', 500, 'rows')\nbar.advance(500)",
        ],
        tmp_path,
    )
    assert closed[0].data["text/html"] == ""
    assert provided[0].text == "NotebookBar\n"
    assert small == []


def _run(cells: list[str], folder: Path) -> list[Any]:
    """Return the outputs of cells that a notebook runs."""
    with warnings.catch_warnings():
        # of the libraries that start the kernel
        warnings.simplefilter("ignore")
        new: Any = nbformat.v4
        notebook = new.new_notebook(cells=[new.new_code_cell(source) for source in cells])
        resources = {"metadata": {"path": str(folder)}}
        ran = NotebookClient(notebook, timeout=120, resources=resources).execute()
    return [cell.outputs for cell in ran.cells]
