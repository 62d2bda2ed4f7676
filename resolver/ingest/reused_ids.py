"""Warnings about ids that name another person in a newer version of their list.

Lists sometimes give an old number to a new person. A warning is due when the two versions of a
record share no birth date and no identifier, and none of their names is even faintly similar; and
when one is a person and the other a group or an asset.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
from rapidfuzz import fuzz, process, utils

from resolver.records import Batch, Column, Record
from resolver.records.properties import FULL_NAMES, IDENTIFIERS, NAME_PARTS

MIN_SIMILARITY = 50.0
"""`token_set_ratio` (0 to 100) below which two names are not similar at all."""

Rows = npt.NDArray[np.int64]
_IDENTIFYING = ("name", "alias", "birthDate", *IDENTIFIERS)


def find_reused_ids(batch: Batch, newer: Rows, older: Rows) -> list[str]:
    """Return a line per id whose older and newer row seem to be different persons; sorted."""
    if not len(older):
        return []
    ids = pc.dictionary_encode(batch.ids).indices.to_numpy()
    newer = newer[np.isin(ids[newer], ids[older])]
    row_of = dict(zip(ids[newer].tolist(), newer.tolist(), strict=True))
    current = np.array([row_of[code] for code in ids[older].tolist()], dtype=np.int64)
    is_other_kind = (batch.kinds[older] & batch.kinds[current]) == 0
    is_doubtful = ~_share_value(batch, older, current) | is_other_kind
    older, current = older[is_doubtful], current[is_doubtful]
    lines = set()
    for old, new in zip(_take_records(batch, older), _take_records(batch, current), strict=True):
        if not old.kind & new.kind or not _have_similar_names(old, new):
            lines.add(
                f"{new.id}: the id now names another person or group "
                f"({_describe(new, old)}; before: {_describe(old, new)})"
            )
    return sorted(lines)


def _describe(record: Record, other: Record) -> str:
    """Return a record's caption, and its schema if that tells it from the other."""
    is_other_kind = not record.kind & other.kind
    return f"{record.caption}, {record.schema}" if is_other_kind else record.caption


def _take_records(batch: Batch, rows: Rows) -> list[Record]:
    unique, back = np.unique(rows, return_inverse=True)
    records = list(batch.take(unique).to_records())
    return [records[at] for at in back.tolist()]


def _share_value(batch: Batch, left: Rows, right: Rows) -> npt.NDArray[np.bool_]:
    """Return a mask of the row pairs that have exactly the same name, birth date or identifier."""
    shared = np.zeros(len(left), dtype=bool)
    for prop in _IDENTIFYING:
        if prop in batch.columns:
            left_keys, right_keys = (
                _value_keys(batch.columns[prop], left),
                _value_keys(batch.columns[prop], right),
            )
            shared[np.unique(left_keys[np.isin(left_keys, right_keys)] >> 32)] = True
    return shared


def _value_keys(column: Column, rows: Rows) -> npt.NDArray[np.int64]:
    """Return (position in `rows`, value code) packed into one int64 each."""
    starts = np.searchsorted(column.rows, rows)
    counts = np.searchsorted(column.rows, rows, side="right") - starts
    places = np.repeat(np.arange(len(rows), dtype=np.int64), counts)
    within = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
    codes: Rows = column.codes[np.repeat(starts, counts) + within].astype(np.int64)
    return (places << 32) | codes


def _have_similar_names(old: Record, new: Record) -> bool:
    """Return whether any names are similar; true where one side has none to contradict."""
    left, right = _names_of(old), _names_of(new)
    if not left or not right:
        return True
    scores = process.cdist(
        left, right, scorer=fuzz.token_set_ratio, processor=utils.default_process
    )
    return bool(scores.max() >= MIN_SIMILARITY)


def _names_of(record: Record) -> list[str]:
    parts = " ".join(record.texts(*NAME_PARTS))
    return [*record.texts(*FULL_NAMES), *([parts] if parts else [])]
