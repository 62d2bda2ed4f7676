"""Figures of the README are those that its script and its commands print."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.page_blocks import blocks

_ROW = re.compile(r"^\| `(?P<set>\w+)` \| .+ \|(?P<rates>(?: [01]\.\d{3} \|){3})$", re.MULTILINE)
SET_OF = {
    "fake_1000.csv": "fake_1000",
    "historical_figures_with_errors_50k.parquet": "historical_50k",
}
"""Names that sets have in the table, by the file that the script reads."""


@pytest.fixture(scope="module")
def page(root: Path) -> Path:
    return root / "README.md"


def stated_rates(page: Path, files: tuple[str, ...]) -> list[str]:
    """Return the rates of each row of the table that is about the set of one of some files."""
    names = {SET_OF[name] for name in files}
    return [
        " ".join(match["rates"].replace("|", " ").split())
        for match in _ROW.finditer(page.read_text("utf-8"))
        if match["set"] in names
    ]


def run_script(page: Path, last_file: str, data: Path, folder: Path) -> list[str]:
    """Run the blocks that need data, up to the one that reads a file; return what they print."""
    root, script = page.parent, ""
    for block in blocks(page):
        for name in block.needs:
            if not (data / name).is_file():
                pytest.skip(f"{name} is not installed (../shared/data/peers)")
            (folder / name).symlink_to(data / name)
        script += block.body if block.needs else ""
        if last_file in block.needs:
            break
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


def test_every_row_of_the_table_has_its_script(page: Path) -> None:
    files = [name for block in blocks(page) for name in block.needs]
    assert files == list(SET_OF)
    rows = _ROW.findall(page.read_text("utf-8"))
    assert {name for name, _ in rows} == set(SET_OF.values())
    # plain calls come first, before any option
    assert [name for name, _ in rows] == sorted(name for name, _ in rows)


@pytest.mark.slow
def test_figures_of_a_small_set(page: Path, shared_data: Path, tmp_path: Path) -> None:
    name = "fake_1000.csv"
    stated = stated_rates(page, (name,))
    assert len(stated) == 2
    assert run_script(page, name, shared_data / "peers", tmp_path) == stated


@pytest.mark.nightly
def test_figures_of_all_sets(page: Path, shared_data: Path, tmp_path: Path) -> None:
    stated = stated_rates(page, tuple(SET_OF))
    assert len(stated) == 4
    assert run_script(page, list(SET_OF)[-1], shared_data / "peers", tmp_path) == stated


@pytest.mark.nightly
def test_figures_of_probes(page: Path) -> None:
    text = " ".join(page.read_text("utf-8").split())
    twins = re.search(r"`resolver evaluate --probes` .* (\d+) % of twins", text)
    names = re.search(r"(\d+) % of women score below 0\.5 under an earlier surname", text)
    assert twins
    assert names
    done = subprocess.run(
        [sys.executable, "-m", "resolver", "evaluate", "--probes", "--json"],
        cwd=page.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    groups = {row["group"]: row for row in json.loads(done.stdout)["by"]["difference"]["groups"]}
    assert round(100 * groups["twin"]["merged"]["rate"]) == int(twins[1])
    assert round(100 * groups["maiden-name"]["missed"]["rate"]) == int(names[1])
