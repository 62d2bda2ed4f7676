"""Names laid out for the alignment kernel: what it reads of a record stands together."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.kernels.compiler import compiled
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import Prepared
from resolver.records.prepared.ragged import Ragged

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
    [
        ("joined", np.uint64),
        ("joined_skeleton", np.uint64),
        ("token", np.int32),
        ("role", np.uint8),
    ],
    align=True,
)
"""A word of a form: see `NameTable`."""

_FOREIGN = 64


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
    held = prepared.names
    heads = np.zeros(len(prepared) + 1, dtype=HEAD)
    heads["names"], heads["tokens"] = held.offsets, record_tokens.offsets
    most = (int(held.counts.max(initial=0)), int(record_tokens.counts.max(initial=0)))
    return Written(heads, *names_of(prepared), record_tokens.items, most)


def names_of(prepared: Prepared) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void]]:
    """The names of all records and the words of all forms, as `Written` has them."""
    forms, held = prepared.forms, prepared.names
    names, parts = (
        np.zeros(len(held.items), dtype=NAME),
        np.zeros(len(forms.tokens.items) + 2, dtype=PART),
    )
    arrays: tuple[npt.NDArray[Any], ...] = (
        *(held.items, prepared.name_quality, forms.compact),
        *(
            forms.tokens.offsets,
            forms.tokens.items,
            forms.roles,
            forms.joined,
            forms.joined_skeleton,
        ),
    )
    _laid_out(*map(fixed, (*arrays, prepared.tokens.flags)), names, parts)
    return names, parts


def fixed(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """As arrays of files are, so that kernels are compiled for one kind."""
    if not array.flags.writeable:
        return array
    held = array.view()
    held.flags.writeable = False
    return held


@compiled(allocates=False)
def _laid_out(  # type: ignore[no-untyped-def]
    items, quality, compact, starts, tokens, roles, joined, joined_skeleton, flags, names, parts
):
    for place in range(len(tokens)):
        part = parts[place]
        part.joined, part.joined_skeleton = joined[place], joined_skeleton[place]
        part.token, part.role = tokens[place], roles[place]
    for place in range(len(items)):
        form, name = items[place], names[place]
        name.compact, name.form, name.quality = compact[form], form, quality[place]
        name.start, name.end = starts[form], starts[form + 1]
        scripts = 0
        for at in range(starts[form], starts[form + 1]):
            scripts |= 2 if flags[tokens[at]] & _FOREIGN else 1
        name.scripts = scripts
