"""Visibility: the access rule that every value passes before it is returned to anyone.

Values are as free as the record that states them, which depends on its handling code (Europol's,
under the terms agreed when it was handed over):

| code | condition | readers of its values |
|---|---|---|
| H0 | prevention of crime, nothing more | all callers |
| H1 | not as evidence in court without permission | named callers, with the mark in `notes` |
| H2 | not to be passed on without permission | its agency, and stewards (scope `review`) |
| H3 | other conditions | its agency |

The scope `admin` reads everything. Records without an agency belong to nobody; an unknown code
counts as H3. All records take part in resolution, but readers get entities, their ids, scores and
files as if only the records visible to them existed; `docs/how-to/serve.md` says where this does
not hold yet. Reads without a viewer are those of a stranger, who reads H0: an endpoint that forgets
to name the viewer shows too little, never too much.
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
    """Reader of values: name (empty: a stranger), agency and scopes."""

    name: str = ""
    agency: str = ""
    scopes: frozenset[str] = frozenset()


STRANGER = Viewer()
"""Unidentified viewer, who reads H0."""
OPERATOR = Viewer("operator", "", frozenset({"admin"}))
"""Operator of the store, who works by command and reads everything."""


def _allow_all(handling: Handling, viewer: Viewer) -> bool:
    return True


def _is_identified(handling: Handling, viewer: Viewer) -> bool:
    return bool(viewer.name)


def _is_owner_or_steward(handling: Handling, viewer: Viewer) -> bool:
    return _is_owner(handling, viewer) or "review" in viewer.scopes


def _is_owner(handling: Handling, viewer: Viewer) -> bool:
    return bool(viewer.name and handling.agency) and viewer.agency == handling.agency


VISIBILITY_RULES: Mapping[str, Callable[[Handling, Viewer], bool]] = {
    "H0": _allow_all,
    "H1": _is_identified,
    "H2": _is_owner_or_steward,
    "H3": _is_owner,
}
"""Rule of each handling code: True if the viewer may read the values of such a record."""


IDENTIFIED = Viewer("named")
"""Viewer with a name and nothing else."""
_STEWARD = Viewer("named", "", frozenset({"review"}))
_ALL = Viewer("named", "", frozenset({"admin"}))


def viewer_classes(viewer: Viewer) -> tuple[Viewer, ...]:
    """Return the classes of viewers up to that of a viewer: each sees all that the one before it
    sees, and perhaps more.

    The first is the stranger. All viewers of one class see the same records, so the last stands for
    the viewer.
    """
    if may_read_all(viewer):
        return STRANGER, IDENTIFIED, _STEWARD, _ALL
    if not viewer.name:
        return (STRANGER,)
    is_steward = "review" in viewer.scopes
    own = replace(_STEWARD if is_steward else IDENTIFIED, agency=viewer.agency)
    classes = (STRANGER, IDENTIFIED, _STEWARD, own) if is_steward else (STRANGER, IDENTIFIED, own)
    return tuple(dict.fromkeys(classes))


def may_read_all(viewer: Viewer) -> bool:
    """Return True if a viewer may read every record, whatever its handling."""
    return "admin" in viewer.scopes


def is_visible(handling: Handling, viewer: Viewer) -> bool:
    """Return True if a viewer may read the values of a record with this handling."""
    return may_read_all(viewer) or VISIBILITY_RULES.get(handling.code, _is_owner)(handling, viewer)


def visible_rows(batch: Batch, viewer: Viewer) -> npt.NDArray[np.bool_] | None:
    """Return for each record True if a viewer may read it; None if the viewer may read all."""
    column = batch.columns.get(HANDLING)
    if column is None or may_read_all(viewer):
        return None
    used = np.unique(column.codes)
    texts = column.values.take(used).to_pylist()
    hidden = [
        code
        for code, text in zip(used, texts, strict=True)
        if not is_visible(unpack_handling(text), viewer)
    ]
    if not hidden:
        return None
    mask = np.ones(len(batch), dtype=bool)
    mask[column.rows[np.isin(column.codes, hidden)]] = False
    return mask


def visible_records(batch: Batch, viewer: Viewer) -> Batch:
    """Return the records of a batch that a viewer may read."""
    mask = visible_rows(batch, viewer)
    return batch if mask is None else batch.take(np.flatnonzero(mask))


def assign_owner(batch: Batch, agency: str) -> Batch:
    """Return the batch with an agency set where the handling is above H0 and names none."""
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
    is_settled = handling.agency or handling.code == "H0"
    return text if is_settled else handling_text(replace(handling, agency=agency))
