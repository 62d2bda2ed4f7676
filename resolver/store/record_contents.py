"""Contents of records as texts, and conversion of batches to such texts and back.

The content of a record is the JSON list of its rows `[property, text]` or `[property, text,
origin]`, sorted, without repetitions (`resolver.records.packing.pack`). A version of a record is
identified by the SHA-256 of `[source, kind, schema, content]`, the same as `Record.content_hash`.

The module also gives ids to entities that have no record which every identified viewer may see.

The id of such an entity comes from its eldest record that the viewer may see. So its id reveals
nothing about the other records. If records of two agencies are one entity, the agencies know it by
two ids. The id is keyed (HMAC-SHA256) with a secret of the store. An unkeyed hash of a record's id
could be computed by anybody who guesses the record's id. The table `restricted_ids` has the id of
each restricted record and the revision of its first version; the internal ids of the entities
(`INTERNAL_PREFIX`) are shown to nobody.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from resolver.records import Batch, Column, Handling, Kind, Record
from resolver.records.batch import IntArray, encode_column
from resolver.records.packing import SEPARATOR, unpack, unpack_handling
from resolver.records.properties import HANDLING, IDENTIFIER_SET
from resolver.records.visibility import IDENTIFIED, visible_rows

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class RecordContents:
    """Contents of n records: texts, and their SHA-256 hashes (32 bytes each)."""

    texts: list[str]
    hashes: list[bytes]


def encode_contents(batch: Batch) -> RecordContents:
    """Return the contents of a canonical batch, in its order."""
    props = sorted(batch.columns)
    columns = [_Fragments.of(prop, batch.columns[prop]) for prop in props]
    heads = _heads(batch)
    texts: list[str] = []
    hashes: list[bytes] = []
    for start in range(0, len(batch), _CHUNK):
        stop = min(start + _CHUNK, len(batch))
        chunk = _join_contents(columns, start, stop)
        texts += chunk
        hashes += [
            hashlib.sha256(f"{head},{text}]".encode()).digest()
            for head, text in zip(heads[start:stop], chunk, strict=True)
        ]
    return RecordContents(texts, hashes)


def _heads(batch: Batch) -> list[str]:
    """Return the text that is hashed before the content of each record: `[source,kind,schema`."""
    sources, schemas = (
        [_json(text) for text in coded.values.to_pylist()]
        for coded in (batch.sources, batch.schemas)
    )
    rows = zip(
        batch.sources.codes.tolist(),
        batch.kinds.tolist(),
        batch.schemas.codes.tolist(),
        strict=True,
    )
    return [f"[{sources[source]},{kind},{schemas[schema]}" for source, kind, schema in rows]


def _json(text: str) -> str:
    return orjson.dumps(text).decode()


@dataclass(frozen=True, slots=True)
class _Fragments:
    """Column as pieces of JSON: `["prop","text"` for each unique text, and the end for each unique
    origin.
    """

    rows: IntArray
    codes: IntArray
    origins: IntArray
    values: pa.StringArray
    closings: pa.StringArray

    @classmethod
    def of(cls, prop: str, column: Column) -> _Fragments:
        """Return the fragments of a column."""
        start = f"[{_json(prop)},"
        values = [start + _json(text) for text in column.values.to_pylist()]
        closings = [
            f",{_json(text)}]" if text else "]" for text in column.origin_values.to_pylist()
        ]
        return cls(
            column.rows,
            column.codes,
            column.origins,
            pa.array(values, pa.string()),
            pa.array(closings, pa.string()),
        )


def _join_contents(columns: Sequence[_Fragments], start: int, stop: int) -> list[str]:
    rows, pieces = [np.zeros(0, dtype=np.int32)], [pa.array([], pa.string())]
    for column in columns:
        low, high = np.searchsorted(column.rows, [start, stop])
        if low < high:
            rows.append(column.rows[low:high])
            value = column.values.take(pa.array(column.codes[low:high]))
            closing = column.closings.take(pa.array(column.origins[low:high]))
            pieces.append(pc.binary_join_element_wise(value, closing, ""))
    record_rows = np.concatenate(rows)
    order = np.argsort(record_rows, kind="stable")
    offsets = np.searchsorted(record_rows[order], np.arange(start, stop + 1)).astype(np.int32)
    fragments = pa.concat_arrays(pieces).take(pa.array(order))
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), fragments), ",")
    return [f"[{text}]" for text in joined.to_pylist()]


def decode_record(identity: str, source: str, kind: int, schema: str, content: str) -> Record:
    """Return the record of one row."""
    rows = [(item[0], item[1], item[2] if len(item) > 2 else "") for item in orjson.loads(content)]
    return Record(identity, source, Kind(kind), schema, **unpack(rows))  # type: ignore[arg-type]


def decode_handling(content: str) -> Handling | None:
    """Return the handling of one row, without decoding its other values; None if it has none."""
    texts = [item[1] for item in orjson.loads(content) if item[0] == HANDLING]
    return unpack_handling(texts[0]) if texts else None


def _collect_values(
    contents: Sequence[str],
) -> dict[str, tuple[list[int], list[str], list[str]]]:
    """Return rows, texts and origins of the values of each property."""
    columns: dict[str, tuple[list[int], list[str], list[str]]] = {}
    for row, content in enumerate(contents):
        for item in orjson.loads(content):
            column = columns.get(item[0])
            if column is None:
                column = columns[item[0]] = ([], [], [])
            column[0].append(row)
            column[1].append(item[1])
            column[2].append(item[2] if len(item) > 2 else "")
    return columns


def decode_batch(
    ids: Sequence[str],
    sources: Sequence[str],
    kinds: Sequence[int],
    schemas: Sequence[str],
    contents: Sequence[str],
) -> Batch:
    """Return the batch of some rows, in their order (not canonical)."""
    columns = {}
    for prop, (rows, texts, origins) in _collect_values(contents).items():
        value, origin = encode_column(texts), encode_column(origins)
        columns[prop] = Column(
            np.array(rows, dtype=np.int32), value.codes, value.values, origin.codes, origin.values
        )
    return Batch(
        pa.array(ids, pa.string()),
        np.array(kinds, dtype=np.uint8),
        encode_column(schemas),
        encode_column(sources),
        columns,
    )


INTERNAL_PREFIX = "c-"
_ERASED_PREFIX, _ERASED_CHARACTERS = "erased-", 32
_ERASED_ID = re.compile(f"[^:]*:{_ERASED_PREFIX}[0-9a-f]{{{_ERASED_CHARACTERS}}}")
"""Ids of erased records: source, prefix and digits of a hash."""
_PREFIX = "e-"
_CHARACTERS = 20
"""Number of characters of an id after its prefix, as in the ids of other entities."""


class RestrictedId(NamedTuple):
    """Revision of the first version of a restricted record, the id of the record, and the id of
    entities that have no elder restricted record. Sorts by age.
    """

    first_revision: int
    record_id: str
    id: str


def keyed_id(secret: str, record_id: str) -> str:
    """Return the id of an entity whose eldest record is this restricted record.

    If a record of this id was erased, its entity keeps the keyed id. A record that is sent later
    under the same id, by somebody who may not know of the erasure, has the keyed id of `erased_id`.
    """
    return _PREFIX + _digest(secret, f"record\x1f{record_id}")


def internal_id(secret: str, record_id: str) -> str:
    """Return the internal id of an entity whose first record is restricted."""
    return INTERNAL_PREFIX + _digest(secret, f"entity\x1f{record_id}")


def erased_id(secret: str, record_id: str) -> str:
    """Return the id that takes the place of the id of an erased record. It is keyed, so the program
    recognizes a record that is sent again, and nobody else can guess the original id from it.
    """
    message = f"erased\x1f{record_id}".encode("utf-8", "surrogatepass")
    digest = hmac.digest(secret.encode(), message, "sha256").hex()
    source = record_id.partition(":")[0]
    return f"{source}:{_ERASED_PREFIX}{digest[:_ERASED_CHARACTERS]}"


def erased_value(secret: str, record_id: str, prop: str, text: str) -> str:
    """Return what a store keeps of an erased value: the erased id of its record, the property and a
    keyed hash. So a value that is sent again is recognized, in any case and with any spaces and
    marks. Of an identifier, only the number counts.
    """
    stated = spell_value(prop, text)
    message = f"value\x1f{record_id}\x1f{prop}\x1f{stated}".encode("utf-8", "surrogatepass")
    digest = hmac.digest(secret.encode(), message, "sha256").hex()
    return f"{erased_id(secret, record_id)}/{prop}/{digest[:_ERASED_CHARACTERS]}"


def spell_value(prop: str, text: str) -> str:
    """Return the letters and digits of a value in lower case; of an identifier, of its number."""
    stated = text.partition(SEPARATOR)[0] if prop in IDENTIFIER_SET else text
    return "".join(filter(str.isalnum, stated.casefold())) or stated


def is_erased_id(record_id: str) -> bool:
    """Return whether an id looks like those that `erased_id` returns. A list may have ids that only
    begin with the same word.
    """
    return _ERASED_ID.fullmatch(record_id) is not None


def _digest(secret: str, text: str) -> str:
    digest = hmac.digest(secret.encode(), text.encode("utf-8", "surrogatepass"), "sha256")
    return base64.b32encode(digest).decode().lower()[:_CHARACTERS]


def restricted_record_ids(batch: Batch) -> list[str]:
    """Return the ids of the records that not every identified viewer may see."""
    visible = visible_rows(batch, IDENTIFIED)
    if visible is None:
        return []
    ids: list[str] = batch.ids.take(np.flatnonzero(~visible)).to_pylist()
    return ids


def eldest_id(record_ids: Iterable[str], restricted: Mapping[str, RestrictedId]) -> str | None:
    """Return the id of an entity with some records; None if none of these records is restricted."""
    rows = [restricted[record_id] for record_id in record_ids if record_id in restricted]
    return min(rows).id if rows else None
