"""Public names, and the example of the README."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import resolver


@pytest.mark.parametrize("name", resolver.__all__)
def test_public_names_can_be_imported(name: str) -> None:
    assert getattr(resolver, name) is not None
    assert name in dir(resolver)


def test_unknown_names_raise() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Absent'"):
        _ = resolver.Absent


def test_readme_example_runs(root: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (root / "README.md").read_text("utf-8"), re.S)
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    score, band, probability = process.stdout.split()
    assert float(score) > 0.5
    assert float(probability) > 0.5
    assert band in ("match", "review")
