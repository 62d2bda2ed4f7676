"""What a table says once a row: kind and schema, handling code, id."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.ingest.formats.tabular.cell_coding import Cells, column_of, first_texts
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
"""Row → why it is refused."""


def kinds_of(chunk: TableChunk, mapping: Mapping) -> tuple[npt.NDArray[np.uint8], Coded, Refused]:
    """Each row's kind and schema; rows whose kind or schema is no known word are refused (their kind is 0)."""
    if mapping.ftm_schema is not None:
        word, fixed, what = (
            mapping.ftm_schema,
            kind_of_schema(mapping.ftm_schema) is not None,
            "schema",
        )
    else:
        word, fixed, what = mapping.kind or "", mapping.kind in KIND_BY_LABEL, "kind"
    words = _words(chunk, word, fixed=fixed)
    texts = words.texts.to_pylist()
    known = [
        (kind_of_schema(text), text) if what == "schema" else _kind_word(text) for text in texts
    ]
    kinds = np.array([int(kind or 0) for kind, _ in known], dtype=np.uint8)[words.codes]
    refused = {}
    for row in np.flatnonzero(kinds == 0).tolist():
        refused[row] = f"{what} {texts[words.codes[row]]!r} is no person, group or asset"
    schemas = pc.dictionary_encode(pa.array([schema for _, schema in known], pa.string()))
    codes = schemas.indices.to_numpy().astype(np.int32)[words.codes]
    return kinds, Coded(codes, schemas.dictionary), refused


def handling_of(chunk: TableChunk, mapping: Mapping) -> tuple[Column | None, Refused]:
    """The packed handling of the rows that have one; rows with an unknown handling code are refused."""
    words = _words(chunk, mapping.handling, fixed=mapping.handling in HANDLING_CODES)
    refused: Refused = {}
    packed: list[str | None] = []
    for code, word in enumerate(words.texts.to_pylist()):
        packed.append(_packed_handling(mapping.agency, word or "H0"))
        if word and word not in HANDLING_CODES:
            reason = f"handling code {word!r} is none of {', '.join(HANDLING_CODES)}"
            refused |= dict.fromkeys(words.rows_of(code), reason)
    cells = words.under(pa.array(packed, pa.string()))
    return (column_of([cells], [""]) if len(cells.rows) else None), refused


def ids_of(
    chunk: TableChunk, mapping: Mapping, columns: dict[str, Column], schemas: Coded
) -> pa.StringArray:
    """`<source>:<id>`; where a row has no id, one made from its content."""
    count = len(chunk.lines)
    native = first_texts([chunk.arrays[mapping.id]] if mapping.id else [], count)
    ids = pc.binary_join_element_wise(mapping.source, native, ":")
    missing = pc.equal(native, "").to_numpy(zero_copy_only=False)
    if not missing.any():
        return ids
    contents = _contents(columns, schemas)
    made = [content_id(mapping.source, contents[row]) for row in np.flatnonzero(missing)]
    return pc.replace_with_mask(ids, pa.array(missing), pa.array(made, pa.string()))


def _contents(columns: dict[str, Column], schemas: Coded) -> list[str]:
    """All that each row says as one text, whatever the order of the table's columns."""
    contents = schemas.texts()
    for prop in sorted(columns):
        column = columns[prop]
        texts = column.values.to_pylist()
        for row, code in zip(column.rows.tolist(), column.codes.tolist(), strict=True):
            contents[row] += f"\n{prop}={texts[code]}"
    return contents


def _words(chunk: TableChunk, word: str, *, fixed: bool) -> Cells:
    """One word per row: the fixed one, or the column's (empty where it has none)."""
    count = len(chunk.lines)
    rows = np.arange(count, dtype=np.int32)
    if fixed:
        return Cells(rows, np.zeros(count, dtype=np.int32), pa.array([word], pa.string()))
    coded = pc.dictionary_encode(first_texts([chunk.arrays[word]], count))
    return Cells(rows, coded.indices.to_numpy().astype(np.int32), coded.dictionary)


def _kind_word(word: str) -> tuple[Kind | None, str]:
    kind = _KIND_WORDS.get(word.lower())
    return (kind, DEFAULT_SCHEMA[kind]) if kind is not None else (kind_of_schema(word), word)


def _packed_handling(agency: str, code: str) -> str | None:
    """The packed form, or None for what every record without handling has."""
    rows = pack(Record("", "", Kind.PERSON, "", handling=Handling(agency=agency, code=code)))
    return rows[0][1] if rows else None
