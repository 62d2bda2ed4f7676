"""Loading of pyarrow in processes that use no data frames."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _WithoutPandas(MetaPathFinder):
    """Finder of modules that lets pandas count as missing."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise `ModuleNotFoundError` for pandas; leave all others to the next finder."""
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is not loaded by pyarrow here", name=fullname)
        return None


def load_arrow_alone() -> None:
    """Import pyarrow without the import of pandas, which takes a quarter of a second.

    pyarrow asks once whether there is pandas, when it converts a first value, and imports it for
    that. After the answer pandas can be imported as ever, but arrays of this process no longer
    convert to its data frames.
    """
    if "pandas" in sys.modules:
        return
    finder = _WithoutPandas()
    sys.meta_path.insert(0, finder)
    try:
        import pyarrow as pa

        pa.scalar("")
    finally:
        sys.meta_path.remove(finder)
