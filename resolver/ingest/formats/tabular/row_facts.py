"""Facts of a table that occur once a row: kind and schema, handling code, id."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.ingest.formats.tabular.cell_coding import CellValues, build_column, first_texts
from resolver.ingest.formats.tabular.mapping import HANDLING_CODES, Mapping
from resolver.ingest.formats.tabular.table_files import TableChunk
from resolver.records import (
    DEFAULT_SCHEMA,
    KIND_BY_LABEL,
    Coded,
    Column,
    Handling,
    Kind,
    Record,
    content_id,
    kind_of_schema,
)
from resolver.records.packing import pack

_KIND_WORDS = KIND_BY_LABEL | {
    "individual": Kind.PERSON,
    "natural person": Kind.PERSON,
    "organization": Kind.GROUP,
    "organisation": Kind.GROUP,
    "company": Kind.GROUP,
    "entity": Kind.GROUP,
    "vessel": Kind.ASSET,
    "aircraft": Kind.ASSET,
}

Refused = dict[int, str]
"""Reason for refusing a row, by row."""


def read_kinds(chunk: TableChunk, mapping: Mapping) -> tuple[npt.NDArray[np.uint8], Coded, Refused]:
    """Return each row's kind and schema; rows with an unknown one are refused (their kind is 0)."""
    if (schema := mapping.ftm_schema) is not None:
        word, is_fixed, field_name = schema, kind_of_schema(schema) is not None, "schema"
    else:
        word, is_fixed, field_name = mapping.kind or "", mapping.kind in KIND_BY_LABEL, "kind"
    words = _read_words(chunk, word, fixed=is_fixed)
    texts = words.texts.to_pylist()
    parsed = [
        (kind_of_schema(text), text) if field_name == "schema" else _parse_kind(text)
        for text in texts
    ]
    kinds = np.array([int(kind or 0) for kind, _ in parsed], dtype=np.uint8)[words.codes]
    refused = {}
    for row in np.flatnonzero(kinds == 0).tolist():
        refused[row] = f"{field_name} {texts[words.codes[row]]!r} is no person, group or asset"
    schemas = pc.dictionary_encode(pa.array([schema for _, schema in parsed], pa.string()))
    codes = schemas.indices.to_numpy().astype(np.int32)[words.codes]
    return kinds, Coded(codes, schemas.dictionary), refused


def read_handling(chunk: TableChunk, mapping: Mapping) -> tuple[Column | None, Refused]:
    """Return the packed handling of rows that have one; rows with an unknown code are refused."""
    words = _read_words(chunk, mapping.handling, fixed=mapping.handling in HANDLING_CODES)
    refused: Refused = {}
    packed: list[str | None] = []
    for code, word in enumerate(words.texts.to_pylist()):
        packed.append(_pack_handling(mapping.agency, word or "H0"))
        if word and word not in HANDLING_CODES:
            reason = f"handling code {word!r} is none of {', '.join(HANDLING_CODES)}"
            refused |= dict.fromkeys(words.rows_of(code), reason)
    cells = words.recode(pa.array(packed, pa.string()))
    return (build_column([cells], [""]) if len(cells.rows) else None), refused


def read_ids(
    chunk: TableChunk, mapping: Mapping, columns: dict[str, Column], schemas: Coded
) -> pa.StringArray:
    """Return `<source>:<id>` of each row; a row without an id gets one from its content."""
    count = len(chunk.lines)
    native = first_texts([chunk.arrays[mapping.id]] if mapping.id else [], count)
    ids = pc.binary_join_element_wise(mapping.source, native, ":")
    missing = pc.equal(native, "").to_numpy(zero_copy_only=False)
    if not missing.any():
        return ids
    contents = _row_contents(columns, schemas)
    content_ids = [content_id(mapping.source, contents[row]) for row in np.flatnonzero(missing)]
    return pc.replace_with_mask(ids, pa.array(missing), pa.array(content_ids, pa.string()))


def _row_contents(columns: dict[str, Column], schemas: Coded) -> list[str]:
    """Return all values of each row as one text, in an order independent of the columns'."""
    contents = schemas.texts()
    for prop in sorted(columns):
        column = columns[prop]
        texts = column.values.to_pylist()
        for row, code in zip(column.rows.tolist(), column.codes.tolist(), strict=True):
            contents[row] += f"\n{prop}={texts[code]}"
    return contents


def _read_words(chunk: TableChunk, word: str, *, fixed: bool) -> CellValues:
    """Return one word per row: the fixed one, or the column's (empty where it has none)."""
    count = len(chunk.lines)
    rows = np.arange(count, dtype=np.int32)
    if fixed:
        return CellValues(rows, np.zeros(count, dtype=np.int32), pa.array([word], pa.string()))
    coded = pc.dictionary_encode(first_texts([chunk.arrays[word]], count))
    return CellValues(rows, coded.indices.to_numpy().astype(np.int32), coded.dictionary)


def is_kind_word(word: str) -> bool:
    """Return whether a text names a kind of record or a schema."""
    return _parse_kind(word)[0] is not None


def _parse_kind(word: str) -> tuple[Kind | None, str]:
    kind = _KIND_WORDS.get(word.lower())
    return (kind, DEFAULT_SCHEMA[kind]) if kind is not None else (kind_of_schema(word), word)


def _pack_handling(agency: str, code: str) -> str | None:
    """Return the packed form, or None for the default of records without handling."""
    rows = pack(Record("", "", Kind.PERSON, "", handling=Handling(agency=agency, code=code)))
    return rows[0][1] if rows else None
