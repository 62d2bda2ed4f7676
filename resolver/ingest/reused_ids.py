"""Whether an id still names the same person in a newer version of its list.

Lists sometimes give an old number to somebody new. That is said as a warning when the two versions of a record share no
birth date and no identifier and none of their names is even faintly similar.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
from rapidfuzz import fuzz, process, utils

from resolver.records import Batch, Column, Record
from resolver.records.properties import FULL_NAMES, IDENTIFIERS, NAME_PARTS

FAINT = 50.0
"""Names whose `token_set_ratio` (0 to 100) is below this are not similar at all."""

Rows = npt.NDArray[np.int64]
_TELLING = ("name", "alias", "birthDate", *IDENTIFIERS)


def reused_ids(batch: Batch, newer: Rows, older: Rows) -> list[str]:
    """A line per id that an older row and a newer row share though they seem to be different persons; sorted."""
    if not len(older):
        return []
    ids = pc.dictionary_encode(batch.ids).indices.to_numpy()
    newer = newer[np.isin(ids[newer], ids[older])]
    row_of = dict(zip(ids[newer].tolist(), newer.tolist(), strict=True))
    now = np.array([row_of[code] for code in ids[older].tolist()], dtype=np.int64)
    doubtful = ~_share_a_value(batch, older, now)
    older, now = older[doubtful], now[doubtful]
    lines = set()
    for old, new in zip(_records(batch, older), _records(batch, now), strict=True):
        if not _similar(old, new):
            lines.add(
                f"{new.id}: the id now names somebody else ({new.caption}; before: {old.caption})"
            )
    return sorted(lines)


def _records(batch: Batch, rows: Rows) -> list[Record]:
    unique, back = np.unique(rows, return_inverse=True)
    records = list(batch.take(unique).to_records())
    return [records[at] for at in back.tolist()]


def _share_a_value(batch: Batch, left: Rows, right: Rows) -> npt.NDArray[np.bool_]:
    """Per pair of rows, whether they hold a name, birth date or identifier that is the same to the letter."""
    shared = np.zeros(len(left), dtype=bool)
    for prop in _TELLING:
        if prop in batch.columns:
            one, other = _pairs(batch.columns[prop], left), _pairs(batch.columns[prop], right)
            shared[np.unique(one[np.isin(one, other)] >> 32)] = True
    return shared


def _pairs(column: Column, rows: Rows) -> npt.NDArray[np.int64]:
    """(place in `rows`, value code) packed into one number each."""
    starts = np.searchsorted(column.rows, rows)
    counts = np.searchsorted(column.rows, rows, side="right") - starts
    places = np.repeat(np.arange(len(rows), dtype=np.int64), counts)
    within = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
    codes: Rows = column.codes[np.repeat(starts, counts) + within].astype(np.int64)
    return (places << 32) | codes


def _similar(old: Record, new: Record) -> bool:
    """Whether any of the names are similar; true where one side has none, for then nothing contradicts."""
    left, right = _names(old), _names(new)
    if not left or not right:
        return True
    scores = process.cdist(
        left, right, scorer=fuzz.token_set_ratio, processor=utils.default_process
    )
    return bool(scores.max() >= FAINT)


def _names(record: Record) -> list[str]:
    parts = " ".join(record.texts(*NAME_PARTS))
    return [*record.texts(*FULL_NAMES), *([parts] if parts else [])]
