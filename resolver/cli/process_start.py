"""Start of processes that resolve batches or serve: rare garbage collection, and lean loading."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from resolver.kernels.garbage import BATCH_OBJECTS, collect_rarely
from resolver.kernels.heap import keep_heap
from resolver.settings import set_library_variable


class _WithoutPandas(MetaPathFinder):
    """Finder of modules that lets pandas count as missing."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise `ModuleNotFoundError` for pandas; leave all others to the next finder."""
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is not loaded by pyarrow here", name=fullname)
        return None


def load_arrow_without_pandas() -> None:
    """Import pyarrow without the import of pandas, which takes a quarter of a second.

    pyarrow asks whether there is pandas when it converts a first value, and imports it for that. It
    does not ask again, and other modules can import pandas as ever.
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


def start_no_blas_threads() -> None:
    """Let OpenBLAS start no threads in this process and its children, before numpy is imported.

    Nothing here multiplies large matrices, and idle threads wait busily, for a twentieth of the
    processor time of a small batch.
    """
    set_library_variable("OPENBLAS_NUM_THREADS", "1")


def start_batch_process() -> None:
    """Prepare this process for a batch: lean loading, rare collection, one heap that is kept.

    pyarrow takes memory from the heap that numpy has, instead of one of its own: what one frees the
    other uses again. The system clears fewer new pages, which takes a tenth of the time of a
    million records.
    """
    collect_rarely(BATCH_OBJECTS)
    start_no_blas_threads()
    load_arrow_without_pandas()
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
    keep_heap()
