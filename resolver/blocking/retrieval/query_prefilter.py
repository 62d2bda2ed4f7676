"""Prefilter scores of one query against many records."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.kernels.blocking.prefilter_records import PrefilterArrays
from resolver.kernels.lookup.query_prefilter import fill_query_scores


def query_scores(
    query: PrefilterArrays, records: PrefilterArrays, rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return the prefilter scores of the only record of `query` and rows of `records`."""
    out = np.empty(len(rows), dtype=np.int64)
    fill_query_scores(query, records, rows, out)
    return out
