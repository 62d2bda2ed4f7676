"""Validation of records of any format by rules over a batch.

Each rule gives the rows that it refuses, and the reason.

A record is refused if it has nothing that identifies it (no name, number, contact, date, place or
address), values over `MAX_NAME` characters (notes: `MAX_NOTES`) or with a word over `MAX_WORD`
letters, more than `MAX_RECORD` characters in all, an id over `MAX_ID` characters or with control
characters or marks that change the direction of writing, or values with NUL bytes. Records with a
handling code above H0 are refused unless the caller accepts them.

The module also limits the number of values of a record.

Every check of a name compares all names of each candidate. So a record keeps at most `MAX_VALUES`
values of each property, the first ones by their text, whatever the order of rows. A reject states
how many were left out. (The longest real record has 95 aliases.) Relations and link entities have
no limit, because they are not compared with one another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.lists.reader_types import HIDDEN, HIDDEN_PATTERN, LocatedBatch, Reject
from resolver.records import Batch, Column, Record
from resolver.records.packing import pack, unpack_handling
from resolver.records.properties import (
    ADDRESS,
    DATES,
    FULL_NAMES,
    HANDLING,
    IDENTIFIERS,
    IDENTIFYING,
    LINK_ENTITY,
    NAME_PARTS,
    RELATION,
    ROUTE,
)
from resolver.records.visibility import is_list_source_name

MAX_NAME = 2_000
MAX_ID = 500
"""Maximum number of characters in an id with its source; PostgreSQL indexes 2,704 bytes at most."""
MAX_NOTES, MAX_WORD, MAX_RECORD = 20_000, 100, 200_000
"""Characters of notes, letters of a word in scripts with spaces, and characters of a record."""
_NOTES = frozenset(("notes", "summary", "description"))
_UNSPLIT = _NOTES | {LINK_ENTITY}
"""Properties whose words may have any length."""
MAX_LINK_ENTITY = 100_000
"""Maximum number of characters in an entity that joins or describes records, as its list states it.
"""
_PACKED = frozenset((ADDRESS, RELATION, ROUTE, HANDLING, *IDENTIFIERS))
# scripts written without spaces, and signs between words
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff\\s,;:./|@?&=#_-]+"
)
_LONG_RUN = rf"\S{{{MAX_WORD + 1},}}"
MAX_GROWTH = 18
"""Largest number of characters that one character becomes in plain letters (NFKC); the sign U+FDFA
becomes so many.
"""
_SMALL = 32
"""Number of texts up to which texts are checked one by one; for single records, columns cost more
time than they save.
"""
_NAMES = (*FULL_NAMES, *NAME_PARTS)
_IDENTIFYING = frozenset((*IDENTIFYING, *DATES))

Rows = npt.NDArray[np.int64]


def validate_records(
    chunk: LocatedBatch, label: str, accept_restricted: bool
) -> tuple[LocatedBatch, list[Reject]]:
    """Return the valid records of a chunk, and for each other record a reject with its first
    fault.
    """
    refused: dict[int, str] = {}
    for rows, reason in _find_faults(chunk.batch, accept_restricted):
        for row in rows.tolist():
            refused.setdefault(row, reason)
    if not refused:
        return chunk, []
    invalid = np.array(sorted(refused), dtype=np.int64)
    ids = chunk.batch.ids.take(invalid).to_pylist()
    rejects = [
        Reject.of_record(label, int(chunk.lines[row]), identity, refused[row], is_row=True)
        for row, identity in zip(invalid.tolist(), ids, strict=True)
    ]
    valid = np.setdiff1d(np.arange(len(chunk.batch), dtype=np.int64), invalid, assume_unique=True)
    return LocatedBatch(chunk.batch.take(valid), chunk.lines[valid]), rejects


_HIDDEN_ID = "its id holds control or invisible characters"
_LONG_ID = f"its id is longer than {MAX_ID} characters"
_TOO_LARGE = f"its values have more than {MAX_RECORD:,} characters together"
_UNIDENTIFIABLE = "it has no name, number, contact, date or place to identify it"


def fault_of_record(record: Record, *, accept_restricted: bool = False) -> str:
    """Return the fault for which `validate_records` refuses a record; empty if there is none.

    This is for a single record, such as the query of a check, for which columns would cost more
    than its values.
    """
    if HIDDEN_PATTERN.search(record.id):
        return _HIDDEN_ID
    if len(record.id) > MAX_ID:
        return _LONG_ID
    values = pack(record)
    for prop, text, _ in values:
        if "\x00" in text:
            return _holds_nul(prop)
    if not is_list_source_name(record.source):
        return _bad_source(record.source)
    total, is_identifiable = 0, False
    for prop, text, _ in values:
        limit = value_limit(prop)
        if len(text) > limit:
            return _too_long(prop, len(text), limit)
        if prop not in _UNSPLIT and (reason := _fault_of_words(text, limit)):
            return f"its {prop} {reason}"
        total += len(text) if prop != LINK_ENTITY else 0
        is_identifiable |= prop in _IDENTIFYING
    if total > MAX_RECORD:
        return _TOO_LARGE
    if not is_identifiable:
        return _UNIDENTIFIABLE
    return "" if accept_restricted else _restricted(record.handling.code)


def _find_faults(batch: Batch, accept_restricted: bool) -> Iterator[tuple[Rows, str]]:
    yield _rows_with_hidden(batch), _HIDDEN_ID
    yield np.flatnonzero(_lengths(batch.ids) > MAX_ID), _LONG_ID
    yield from _values_with_nul(batch)
    yield from _bad_sources(batch)
    yield from _long_values(batch)
    yield from _large_records(batch)
    yield _unidentifiable(batch), _UNIDENTIFIABLE
    if not accept_restricted and (column := batch.columns.get(HANDLING)) is not None:
        for code, text in enumerate(column.values.to_pylist()):
            if reason := _restricted(unpack_handling(text).code):
                yield _rows_with(column, np.array([code])), reason


def _rows_with_hidden(batch: Batch) -> Rows:
    if len(batch) <= _SMALL:
        return _row_array(
            [row for row, text in enumerate(batch.ids.to_pylist()) if HIDDEN_PATTERN.search(text)]
        )
    return np.flatnonzero(
        pc.match_substring_regex(batch.ids, HIDDEN).to_numpy(zero_copy_only=False)
    )


def _row_array(rows: list[int]) -> Rows:
    return np.array(rows, dtype=np.int64)


def _bad_sources(batch: Batch) -> Iterator[tuple[Rows, str]]:
    for code, text in enumerate(batch.sources.values.to_pylist()):
        if not is_list_source_name(text):
            yield np.flatnonzero(batch.sources.codes == code), _bad_source(text)


def _bad_source(text: str) -> str:
    return f"{text[:60]!r} is not a valid source name"


def _unidentifiable(batch: Batch) -> Rows:
    identifiable = np.zeros(len(batch), dtype=bool)
    for prop, column in batch.columns.items():
        if prop in _IDENTIFYING:
            identifiable[column.rows] = True
    return np.flatnonzero(~identifiable)


def value_limit(prop: str) -> int:
    """Return the number of characters that a value of a property may have; a packed value has
    several parts.
    """
    if prop in _NOTES:
        return MAX_NOTES
    if prop == LINK_ENTITY:
        return MAX_LINK_ENTITY
    return MAX_NAME * 4 if prop in _PACKED else MAX_NAME


def _long_values(batch: Batch) -> Iterator[tuple[Rows, str]]:
    """Yield rows with a value that exceeds a limit: in its characters, in its longest word, or
    after conversion to plain letters.
    """
    for prop, column in batch.columns.items():
        limit = value_limit(prop)
        lengths = _lengths(column.values)
        for code in np.flatnonzero(lengths > limit).tolist():
            reason = _too_long(prop, lengths[code], limit)
            yield _rows_with(column, np.array([code])), reason
        if prop not in _UNSPLIT:
            for code, reason in _faulty_words(column.values, limit):
                yield _rows_with(column, np.array([code])), f"its {prop} {reason}"


def _too_long(prop: str, length: int, limit: int) -> str:
    return f"its {prop} is {length:,} characters long, more than {limit:,}"


def _faulty_words(values: pa.StringArray, limit: int) -> Iterator[tuple[int, str]]:
    """Yield the code of each text that exceeds a limit in plain letters or has a word that is too
    long, with the reason. Longer texts are left out.
    """
    for code in _suspects(values, limit):
        text = values[code].as_py()
        if len(text) <= limit and (reason := _fault_of_words(text, limit)):
            yield code, reason


def _fault_of_words(text: str, limit: int) -> str:
    """Return why the words of a text are too long; empty if they are not."""
    if not text.isascii() and len(unicodedata.normalize("NFKC", text)) > limit:
        return f"is longer than {limit:,} characters in plain letters"
    # nearly all texts are shorter than such a word
    words = _UNSPACED.sub(" ", text).split() if len(text) > MAX_WORD else ()
    if max(map(len, words), default=0) > MAX_WORD:
        return f"has a word of more than {MAX_WORD} letters"
    return ""


def _suspects(values: pa.StringArray, limit: int) -> list[int]:
    """Return the codes of all texts that may grow beyond a limit or have a word that is too long.

    Nearly all texts are short and have no long words.
    """
    if len(values) <= _SMALL:
        return list(range(len(values)))
    has_long_run = pc.match_substring_regex(values, _LONG_RUN).to_numpy(zero_copy_only=False)
    can_outgrow = _lengths(values) > limit // MAX_GROWTH
    return list(np.flatnonzero(has_long_run | can_outgrow).tolist())


def _large_records(batch: Batch) -> Iterator[tuple[Rows, str]]:
    """Yield the rows whose values have too many characters together. Link entities do not count,
    since they are not compared; their relations, addresses and numbers do.
    """
    total = np.zeros(len(batch))
    for column in (item for prop, item in batch.columns.items() if prop != LINK_ENTITY):
        lengths = _lengths(column.values)[column.codes]
        total += np.bincount(column.rows, weights=lengths, minlength=len(batch))
    rows = np.flatnonzero(total > MAX_RECORD)
    yield rows, _TOO_LARGE


def _lengths(texts: pa.StringArray) -> npt.NDArray[np.int32]:
    if len(texts) <= _SMALL:
        return np.array([len(text) for text in texts.to_pylist()], dtype=np.int32)
    lengths: npt.NDArray[np.int32] = pc.utf8_length(texts).to_numpy()
    return lengths


def _values_with_nul(batch: Batch) -> Iterator[tuple[Rows, str]]:
    for prop, column in batch.columns.items():
        if len(column.values) <= _SMALL:
            codes = _row_array(
                [code for code, text in enumerate(column.values.to_pylist()) if "\x00" in text]
            )
        else:
            codes = np.flatnonzero(
                pc.match_substring(column.values, "\x00").to_numpy(zero_copy_only=False)
            )
        if len(codes):
            yield _rows_with(column, codes), _holds_nul(prop)


def _holds_nul(prop: str) -> str:
    return f"its {prop} holds NUL bytes"


def _restricted(code: str) -> str:
    """Return why a record with a handling code is not taken; empty for H0."""
    if code == "H0":
        return ""
    return f"its handling code is {code}; only H0 is taken without --accept-restricted"


def _rows_with(column: Column, codes: Rows) -> Rows:
    return np.unique(column.rows[np.isin(column.codes, codes)]).astype(np.int64)


MAX_VALUES = 500
_UNLIMITED = (LINK_ENTITY, RELATION)


def limit_values(chunk: LocatedBatch, label: str) -> tuple[LocatedBatch, list[Reject]]:
    """Return the chunk with at most `MAX_VALUES` values per property of a record, and a reject for
    each property that was cut.
    """
    rejects: list[Reject] = []
    columns = dict(chunk.batch.columns)
    for prop, column in chunk.batch.columns.items():
        counts = np.bincount(column.rows, minlength=len(chunk.batch))
        for row in np.flatnonzero(counts > MAX_VALUES).tolist() if prop not in _UNLIMITED else ():
            fault = f"only {MAX_VALUES} of its {counts[row]:,} values of {prop} are taken"
            identity = chunk.batch.ids[row].as_py()
            rejects.append(Reject.of_record(label, int(chunk.lines[row]), identity, fault))
            columns[prop] = _truncate(columns[prop], row)
    if not rejects:
        return chunk, []
    return LocatedBatch(replace(chunk.batch, columns=columns), chunk.lines), rejects


def _truncate(column: Column, row: int) -> Column:
    """Return the column with the first `MAX_VALUES` values of a row."""
    selected = np.ones(len(column.rows), dtype=bool)
    selected[np.flatnonzero(column.rows == row)[MAX_VALUES:]] = False
    return replace(
        column,
        rows=column.rows[selected],
        codes=column.codes[selected],
        origins=column.origins[selected],
    )
