"""Measures of the audit log: each attack on a random event is found with its number."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.trust import measure_chain


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_each_attack_is_found_with_its_number(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert measure_chain(100, tmp_path, random.Random(seed), repeats=1)
    assert "7 of 7 found" in capsys.readouterr().out
