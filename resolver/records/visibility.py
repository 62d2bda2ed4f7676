"""Who sees what: the one gate that every value passes on its way out.

A value is as free as the record that states it, and a record as its handling code (Europol's, after the terms agreed
when it was handed over) says:

| code | means | its values are seen by |
|---|---|---|
| H0 | for the prevention of crime, no more conditions | whoever may ask at all |
| H1 | not as evidence in court without permission | whoever is known by name, with the mark in `notes` |
| H2 | not to be passed on without permission | the agency it is from, and the hub's stewards (scope `review`) |
| H3 | other conditions | the agency it is from alone |

The scope `admin` sees all. Records whose agency is not named belong to none; an unknown code is read as H3. All records
take part in resolution; whoever reads sees entities, scores and files as if there were only the records that are
visible to them. So what is hidden is not told by a score either. Without a viewer a read is that of a stranger, who
sees H0: a door that forgets to say who asks shows too little, never too much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records.batch import Batch
from resolver.records.packing import handling_text, unpack_handling
from resolver.records.properties import HANDLING
from resolver.records.record import Handling


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: a name (empty: a stranger), the agency they are of, and their scopes."""

    name: str = ""
    agency: str = ""
    scopes: frozenset[str] = frozenset()


STRANGER = Viewer()
"""Nobody known: sees H0."""
OPERATOR = Viewer("operator", "", frozenset({"admin"}))
"""Who works on the store itself, by command: sees all."""


def _anybody(handling: Handling, viewer: Viewer) -> bool:
    return True


def _known(handling: Handling, viewer: Viewer) -> bool:
    return bool(viewer.name)


def _owner_or_steward(handling: Handling, viewer: Viewer) -> bool:
    return _owner(handling, viewer) or "review" in viewer.scopes


def _owner(handling: Handling, viewer: Viewer) -> bool:
    return bool(viewer.name and handling.agency) and viewer.agency == handling.agency


RULES: Mapping[str, Callable[[Handling, Viewer], bool]] = {
    "H0": _anybody,
    "H1": _known,
    "H2": _owner_or_steward,
    "H3": _owner,
}
"""handling code -> who sees the values of such a record."""


def visible(handling: Handling, viewer: Viewer) -> bool:
    """Whether a viewer sees the values of a record that is handled so."""
    return "admin" in viewer.scopes or RULES.get(handling.code, _owner)(handling, viewer)


def visible_rows(batch: Batch, viewer: Viewer) -> npt.NDArray[np.bool_] | None:
    """For each record of a batch whether a viewer sees its values; None where they see all of it."""
    column = batch.columns.get(HANDLING)
    if column is None or "admin" in viewer.scopes:
        return None
    used = np.unique(column.codes)
    texts = column.values.take(used).to_pylist()
    hidden = [
        code
        for code, text in zip(used, texts, strict=True)
        if not visible(unpack_handling(text), viewer)
    ]
    if not hidden:
        return None
    seen = np.ones(len(batch), dtype=bool)
    seen[column.rows[np.isin(column.codes, hidden)]] = False
    return seen


def visible_part(batch: Batch, viewer: Viewer) -> Batch:
    """The records of a batch that a viewer sees."""
    seen = visible_rows(batch, viewer)
    return batch if seen is None else batch.take(np.flatnonzero(seen))


def owned_by(batch: Batch, agency: str) -> Batch:
    """The batch with an agency named in the handling of records above H0 that name none: who sends it owns it."""
    column = batch.columns.get(HANDLING)
    if column is None or not agency:
        return batch
    texts = pa.array(
        [_owned(text, agency) for text in column.values.to_pylist()], pa.string()
    ).dictionary_encode()
    codes = texts.indices.to_numpy().astype(np.int32)[column.codes]
    columns = {**batch.columns, HANDLING: replace(column, codes=codes, values=texts.dictionary)}
    return replace(batch, columns=columns).canonical()


def _owned(text: str, agency: str) -> str:
    handling = unpack_handling(text)
    named = handling.agency or handling.code == "H0"
    return text if named else handling_text(replace(handling, agency=agency))
