"""The door: what no record may be, whatever its format. Rules over a batch; each gives the rows it refuses and why.

Refused are records that say nothing to know anybody by (no name, number, contact, date, place or address), names over
`MAX_NAME` characters, ids with control characters or signs that turn the direction of writing, values with NUL bytes,
and, unless accepted by the caller, records whose handling code is above H0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.ingest.reader_types import BatchAt, Reject
from resolver.records import Batch, Column
from resolver.records.packing import unpack_handling
from resolver.records.properties import (
    ADDRESS,
    DATES,
    FULL_NAMES,
    HANDLING,
    IDENTIFIERS,
    NAME_PARTS,
)
from resolver.records.source_names import names_a_source

MAX_NAME = 2_000
_FEW = 32
"""So many texts are looked at one by one: for single records columns cost more than what they hold."""
# controls, and what hides or turns the letters beside it: ids that differ would look the same
_HIDDEN = "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
_SEEN = re.compile(_HIDDEN)
_NAMES = (*FULL_NAMES, *NAME_PARTS)
_KNOWN_BY = (*IDENTIFIERS, *DATES, "phone", "email", "birthPlace", ADDRESS)
_TELLING = frozenset((*_NAMES, *_KNOWN_BY))

Rows = npt.NDArray[np.int64]


def admit(chunk: BatchAt, label: str, accept_restricted: bool) -> tuple[BatchAt, list[Reject]]:
    """The records of a chunk that may enter, and a reject for each of the others (its first fault)."""
    refused: dict[int, str] = {}
    for rows, reason in _faults(chunk.batch, accept_restricted):
        for row in rows.tolist():
            refused.setdefault(row, reason)
    if not refused:
        return chunk, []
    out = np.array(sorted(refused), dtype=np.int64)
    ids = chunk.batch.ids.take(out).to_pylist()
    rejects = [
        Reject(label, int(chunk.lines[row]), f"record {_visible(identity)}: {refused[row]}")
        for row, identity in zip(out.tolist(), ids, strict=True)
    ]
    kept = np.setdiff1d(np.arange(len(chunk.batch), dtype=np.int64), out, assume_unique=True)
    return BatchAt(chunk.batch.take(kept), chunk.lines[kept]), rejects


def _visible(identity: str) -> str:
    """An id as it can be read: what nobody sees as its number."""
    return _SEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", identity)


def _faults(batch: Batch, accept_restricted: bool) -> Iterator[tuple[Rows, str]]:
    yield _hidden_in_ids(batch), "its id holds control characters or others that nobody sees"
    yield from _nul_bytes(batch)
    yield from _misnamed_sources(batch)
    yield from _long_names(batch)
    yield _nameless(batch), "it has no name, number, contact, date or place to know it by"
    if not accept_restricted:
        yield from _restricted(batch)


def _hidden_in_ids(batch: Batch) -> Rows:
    if len(batch) <= _FEW:
        return _rows([row for row, text in enumerate(batch.ids.to_pylist()) if _SEEN.search(text)])
    return np.flatnonzero(
        pc.match_substring_regex(batch.ids, _HIDDEN).to_numpy(zero_copy_only=False)
    )


def _rows(rows: list[int]) -> Rows:
    return np.array(rows, dtype=np.int64)


def _misnamed_sources(batch: Batch) -> Iterator[tuple[Rows, str]]:
    for code, text in enumerate(batch.sources.values.to_pylist()):
        if not names_a_source(text):
            yield (
                np.flatnonzero(batch.sources.codes == code),
                f"no source can be called {text[:60]!r}",
            )


def _nameless(batch: Batch) -> Rows:
    if len(batch) == 1:
        told = any(prop in _TELLING and len(column.rows) for prop, column in batch.columns.items())
        return _rows([] if told else [0])
    said = np.zeros(len(batch), dtype=bool)
    for prop, column in batch.columns.items():
        if prop in _TELLING:
            said[column.rows] = True
    return np.flatnonzero(~said)


def _long_names(batch: Batch) -> Iterator[tuple[Rows, str]]:
    for prop in _NAMES:
        if prop in batch.columns:
            column = batch.columns[prop]
            if len(column.values) <= _FEW and all(
                len(text) <= MAX_NAME for text in column.values.to_pylist()
            ):
                continue
            lengths = _lengths(column.values)
            for code in np.flatnonzero(lengths > MAX_NAME):
                reason = f"its {prop} is {lengths[code]} characters long, more than {MAX_NAME}"
                yield _rows_with(column, np.array([code])), reason


def _lengths(texts: pa.StringArray) -> npt.NDArray[np.int32]:
    if len(texts) <= _FEW:
        return np.array([len(text) for text in texts.to_pylist()], dtype=np.int32)
    lengths: npt.NDArray[np.int32] = pc.utf8_length(texts).to_numpy()
    return lengths


def _nul_bytes(batch: Batch) -> Iterator[tuple[Rows, str]]:
    for prop, column in batch.columns.items():
        if len(column.values) <= _FEW:
            codes = _rows(
                [code for code, text in enumerate(column.values.to_pylist()) if "\x00" in text]
            )
        else:
            codes = np.flatnonzero(
                pc.match_substring(column.values, "\x00").to_numpy(zero_copy_only=False)
            )
        if len(codes):
            yield _rows_with(column, codes), f"its {prop} holds NUL bytes"


def _restricted(batch: Batch) -> Iterator[tuple[Rows, str]]:
    column = batch.columns.get(HANDLING)
    if column is None:
        return
    for code, text in enumerate(column.values.to_pylist()):
        word = unpack_handling(text).code
        if word != "H0":
            reason = f"its handling code is {word}; only H0 is taken without --accept-restricted"
            yield _rows_with(column, np.array([code])), reason


def _rows_with(column: Column, codes: Rows) -> Rows:
    return np.unique(column.rows[np.isin(column.codes, codes)]).astype(np.int64)
