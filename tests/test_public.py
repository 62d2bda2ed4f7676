"""Public names, and the example of the README."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import resolver
from tests.docs.page_blocks import blocks


@pytest.mark.parametrize("name", resolver.__all__)
def test_public_names_can_be_imported(name: str) -> None:
    assert getattr(resolver, name) is not None
    assert name in dir(resolver)


def test_unknown_names_raise() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Absent'"):
        _ = resolver.Absent


def test_readme_example_finds_who_is_the_same(root: Path) -> None:
    code = next(
        block.body
        for block in blocks(root / "README.md")
        if block.is_run and "python" in block.language
    )
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    rows = [line.split()[-2:] for line in process.stdout.splitlines()[1:]]
    assert rows == [["0", "2"], ["0", "2"], ["1", "1"]]
