"""Names laid out for the alignment kernel: what it reads of a record stands together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.records.batch import IntArray
from resolver.records.prepared import Prepared, TokenFlag
from resolver.records.ragged import Ragged

HEAD = np.dtype([("names", np.int32), ("tokens", np.int32)], align=True)
"""Where a record's names and its tokens begin."""
NAME = np.dtype(
    [
        ("compact", np.uint64),
        ("form", np.int32),
        ("start", np.int32),
        ("end", np.int32),
        ("quality", np.uint8),
        ("scripts", np.uint8),
    ],
    align=True,
)
"""A name of a record: `NameTable.compact`, the form and its stretch of parts, `NameQuality`, and whether it has words
of Latin script (1) and of others (2)."""
PART = np.dtype(
    [("joined", np.uint64), ("joined_skeleton", np.uint64), ("token", np.int32), ("role", np.uint8)], align=True
)
"""A word of a form: see `NameTable`."""


class Written(NamedTuple):
    """n records: `heads` (n + 1), `names`, `parts` (two more than there are, so that the next can always be read),
    `tokens` of each record, ascending; `most`: names and tokens of whoever has most."""

    heads: npt.NDArray[np.void]
    names: npt.NDArray[np.void]
    parts: npt.NDArray[np.void]
    tokens: IntArray
    most: tuple[int, int]


def written_of(prepared: Prepared, record_tokens: Ragged) -> Written:
    """Lay out the names of a batch; `record_tokens`: the tokens of each record, each once."""
    forms, held = prepared.forms, prepared.names
    heads = np.zeros(len(prepared) + 1, dtype=HEAD)
    heads["names"], heads["tokens"] = held.offsets, record_tokens.offsets
    names = np.zeros(len(held.items), dtype=NAME)
    names["compact"], names["form"] = forms.compact[held.items], held.items
    names["start"], names["end"] = forms.tokens.offsets[held.items], forms.tokens.offsets[held.items + 1]
    names["quality"] = prepared.name_quality
    names["scripts"] = _scripts(prepared)[held.items]
    parts = np.zeros(len(forms.tokens.items) + 2, dtype=PART)
    for field, values in (
        ("joined", forms.joined),
        ("joined_skeleton", forms.joined_skeleton),
        ("token", forms.tokens.items),
        ("role", forms.roles),
    ):
        parts[field][:-2] = values
    most = (int(held.counts.max(initial=0)), int(record_tokens.counts.max(initial=0)))
    return Written(heads, names, parts, record_tokens.items, most)


def _scripts(prepared: Prepared) -> npt.NDArray[np.uint8]:
    """Per form, 1 where it has Latin words and 2 where it has words of other scripts, or both."""
    forms = prepared.forms.tokens
    script = np.where(prepared.tokens.flags & int(TokenFlag.FOREIGN), 2, 1).astype(np.uint8)
    if not (script == 2).any():
        return np.ones(len(forms), dtype=np.uint8)
    found = np.zeros(len(forms), dtype=np.uint8)
    np.bitwise_or.at(found, forms.rows, script[forms.items])
    return found
