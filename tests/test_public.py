"""The public names, and the example of the README."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import resolver


@pytest.mark.parametrize("name", resolver.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(resolver, name) is not None
    assert name in dir(resolver)


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Absent'"):
        _ = resolver.Absent


def test_the_example_of_the_readme(root: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (root / "README.md").read_text("utf-8"), re.S)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    score, band = done.stdout.split()
    assert float(score) > 0.5
    assert band in ("match", "review")
