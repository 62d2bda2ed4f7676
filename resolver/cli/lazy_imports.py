"""What a batch does not need is not loaded: libraries look for others that take longer to load than small batches to
resolve.

`pyarrow` imports `pandas` when it makes its first array, and `numba` the linear algebra of `scipy` when it loads its
first kernel, both only to know whether they are there. Whoever needs them later finds them still.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from typing import Any

NOT_NEEDED = ("pandas", "scipy.linalg", "coverage")
OBJECTS = 100_000
"""How many new objects the interpreter waits for before it looks for those that only hold each other: lists read and
words cut make millions that do not."""


class _Absent(MetaPathFinder):
    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        """None, which sends the question on, except for the names that are not to be found."""
        if fullname in self._names:
            raise ModuleNotFoundError(f"{fullname} is not loaded here", name=fullname)


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Modules of these names that are not loaded yet cannot be found meanwhile."""
    finder = _Absent(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def load() -> None:
    """Load `pyarrow`, `numba` and its registries without what they merely look for."""
    gc.set_threshold(OBJECTS, 20, 50)
    with without(*NOT_NEEDED):
        import pyarrow as pa
        from numba.core.registry import cpu_target

        pa.array(())
        cpu_target.typing_context.refresh()
        cpu_target.target_context.refresh()
