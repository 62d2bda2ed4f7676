"""What processors do at once, against the same one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.kernels.compiler import compiled
from resolver.kernels.intrinsics import ahead, same_of_eight


@compiled()
def _same(rows: Any, others: Any, out: Any) -> None:
    for one in range(len(rows)):
        for two in range(len(others)):
            # far beyond the end too
            ahead(rows, one + 1_000_000 * two)
            out[one, two] = same_of_eight(rows, one, others, two)


def _table(count: int, seed: int) -> npt.NDArray[np.uint32]:
    drawn = np.random.default_rng(seed).integers(0, 2, (count, 8), dtype=np.uint32)
    return drawn * np.uint32(0xFFFFFFFF)


def test_rows_of_eight_are_compared_number_by_number() -> None:
    ones, twos = _table(20, 1), _table(9, 2)
    # as mapped files hold them: at any address that four divides
    twos = np.concatenate([np.zeros(3, dtype=np.uint32), twos.ravel()])[3:].reshape(-1, 8)
    out = np.zeros((len(ones), len(twos)), dtype=np.int64)
    _same(ones, twos, out)
    wanted = [
        [sum(int(a == b) << at for at, (a, b) in enumerate(zip(x, y, strict=True))) for y in twos]
        for x in ones
    ]
    assert out.tolist() == wanted
