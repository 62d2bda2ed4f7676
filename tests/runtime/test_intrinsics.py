"""Processor instructions against the same operations one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.runtime.compiler import ahead, compiled, same_of_eight


@compiled()
def _compare_rows(rows: Any, others: Any, out: Any) -> None:
    for row in range(len(rows)):
        for other in range(len(others)):
            # Also far beyond the end of the array.
            ahead(rows, row + 1_000_000 * other)
            out[row, other] = same_of_eight(rows, row, others, other)


def _table(count: int, seed: int) -> npt.NDArray[np.uint32]:
    drawn = np.random.default_rng(seed).integers(0, 2, (count, 8), dtype=np.uint32)
    return drawn * np.uint32(0xFFFFFFFF)


def test_rows_of_eight_are_compared_number_by_number() -> None:
    rows, others = _table(20, 1), _table(9, 2)
    # Mapped files hold arrays at any address that is divisible by four.
    others = np.concatenate([np.zeros(3, dtype=np.uint32), others.ravel()])[3:].reshape(-1, 8)
    out = np.zeros((len(rows), len(others)), dtype=np.int64)
    _compare_rows(rows, others, out)
    weights = 1 << np.arange(8)
    expected = ((rows[:, None, :] == others[None, :, :]) * weights).sum(axis=2)
    assert out.tolist() == expected.tolist()
