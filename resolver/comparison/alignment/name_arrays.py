"""Names of a batch in the layout that the alignment kernels read."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from resolver.kernels.alignment.name_arrays import NameColumns, fill_names
from resolver.kernels.alignment.records import NAME, NAME_WORD, RECORD_NAMES, NameArrays
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.ragged import Ragged

_Scalar = TypeVar("_Scalar", bound=np.generic)


def name_arrays(prepared: PreparedBatch, record_tokens: Ragged) -> NameArrays:
    """Lay out the names of a batch; `record_tokens`: the tokens of each record, each once."""
    names = prepared.names
    records = np.zeros(len(prepared) + 1, dtype=RECORD_NAMES)
    records["names"], records["tokens"] = names.offsets, record_tokens.offsets
    most = (int(names.counts.max(initial=0)), int(record_tokens.counts.max(initial=0)))
    return NameArrays(records, *lay_out_names(prepared), record_tokens.items, most)


def lay_out_names(prepared: PreparedBatch) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void]]:
    """Return the names of all records and the words of all forms, as `NameArrays` holds them."""
    forms = prepared.forms
    names = np.zeros(len(prepared.names.items), dtype=NAME)
    words = np.zeros(len(forms.tokens.items) + 2, dtype=NAME_WORD)
    columns = NameColumns(
        forms=read_only(prepared.names.items),
        quality=read_only(prepared.name_quality),
        compact=read_only(forms.compact),
        starts=read_only(forms.tokens.offsets),
        tokens=read_only(forms.tokens.items),
        roles=read_only(forms.roles),
        joined=read_only(forms.joined),
        joined_skeleton=read_only(forms.joined_skeleton),
        flags=read_only(prepared.tokens.flags),
    )
    fill_names(columns, names, words)
    return names, words


def read_only(array: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """Return a read-only view, as mapped arrays are, so that kernels are compiled only once."""
    if not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view
