"""Contents of index segments: blocking keys and normal forms of their records.

The module reads in this order:

1. Conversion of a prepared batch to plain arrays, and back from arrays in memory or in a file.
2. The fingerprint of the program. It is the digest of the normal forms and keys of some invented
   records. If another version of the program makes other normal forms or keys, the files of the
   index are built anew.
3. Segments: their arrays, keys and normal forms, and the merging of two segments.
4. The fingerprint is stored. To compute it takes half a second, since it loads the tables of every
   script. So it is kept next to the index, until the program, its libraries or the stamp of the
   index change.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import resolver
from resolver.data import digest_tables
from resolver.matching.blocking import Plan
from resolver.matching.blocking.key_lookup import KeyTable, build_key_table, merge_key_tables
from resolver.records import Address, Batch, Identifier, Kind, Record, Value, concat
from resolver.records.batch import IntArray
from resolver.records.prepared.assembly import assemble
from resolver.records.prepared.batch import (
    DateTable,
    IdentifierTable,
    MaterializedBatch,
    NameTable,
    PlaceTable,
    PreparedBatch,
    Ragged,
    TextTable,
    TokenTable,
)
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.properties import BIRTH_DATE, NATIONALITY, PASSPORT
from resolver.runtime.arrays import join_texts
from resolver.store.array_files import AnyArray, decode_texts, encode_texts, replace_file
from resolver.store.segments import Segment, build_segment
from resolver.values.prepared_values import TEXT_NORMALIZERS

_TABLES: dict[str, type[Any]] = {
    "tokens": TokenTable,
    "forms": NameTable,
    "dates": DateTable,
    "place_table": PlaceTable,
    "address_table": PlaceTable,
    "identifier_table": IdentifierTable,
}
_RAGGED = frozenset({"symbols", "local", "tokens"})
"""Fields of tables that are `Ragged`."""
_SIDES = (
    "names",
    "births",
    "starts",
    "nationalities",
    "countries",
    "linked_countries",
    "birth_places",
    "addresses",
    "identifiers",
)
_PLAIN = ("kinds", "name_quality", "gender")


class MappedTexts:
    """Texts in mapped memory, decoded on access. It replaces an object array of texts."""

    def __init__(self, ends: IntArray, letters: npt.NDArray[np.uint8]) -> None:
        self._ends, self._letters = ends, letters
        # reading one text from a memoryview takes a fraction of the time of reading from an array
        self._places, self._bytes = ends.data, letters.data

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, places: npt.NDArray[Any] | int) -> Any:
        if isinstance(places, int):
            return str(self._bytes[self._places[places] : self._places[places + 1]], "utf-8")
        # decode all texts at once, separated by NUL, which hardly any text contains
        texts = join_texts(self._ends, self._letters, places).tobytes().decode().split("\0")
        if len(texts) != len(places) + 1:
            texts = [self[place] for place in places.tolist()] + [""]
        result = np.empty(len(places), dtype=object)
        result[:] = texts[:-1]
        return result


def prepared_to_arrays(
    prepared: PreparedBatch, *, empty_texts: Collection[str] = ()
) -> dict[str, AnyArray]:
    """Return the arrays that comparators read, by name. Ids and sources are left out.

    `empty_texts` are the names of text columns that are written as empty texts.
    """
    arrays: dict[str, AnyArray] = {name: getattr(prepared, name) for name in _PLAIN}
    for name in _SIDES:
        arrays |= _from_ragged(name, getattr(prepared, name))
    arrays |= _from_tables(prepared, empty_texts)
    arrays |= _from_texts("country_codes", np.array(prepared.country_codes, dtype=object))
    for prop, (side, texts) in prepared.plain.items():
        arrays |= _from_ragged(f"plain.{prop}", side)
        arrays |= _from_texts(f"plain.{prop}.texts", texts.texts) | {
            f"plain.{prop}.hashes": texts.hashes
        }
    return arrays


def _from_tables(prepared: PreparedBatch, empty_texts: Collection[str]) -> dict[str, AnyArray]:
    arrays: dict[str, AnyArray] = {}
    for table_name, table in _TABLES.items():
        for field in fields(table):
            name = f"{table_name}.{field.name}"
            column = getattr(getattr(prepared, table_name), field.name)
            if name in empty_texts:
                column = np.full(len(column), None, dtype=object)
            arrays |= _from_field(name, column)
    return arrays


def prepared_from_arrays(arrays: Mapping[str, AnyArray]) -> MaterializedBatch:
    """Build a prepared batch from arrays; its ids are empty, its texts are decoded on access.

    Raises `KeyError` if an array is missing.
    """
    count = len(arrays["kinds"])
    sides: dict[str, Any] = {name: _to_ragged(name, arrays) for name in _SIDES}
    tables: dict[str, Any] = {}
    for name, table in _TABLES.items():
        tables[name] = table(
            **{field.name: _to_field(f"{name}.{field.name}", arrays) for field in fields(table)}
        )
    plain: dict[str, Any] = {name: arrays[name] for name in _PLAIN}
    return MaterializedBatch(
        ids=pa.nulls(count, pa.string()),
        sources=cast(IntArray, np.broadcast_to(np.int32(0), count)),
        source_names=("",),
        is_deduplicated=np.broadcast_to(np.bool_(False), count),
        country_codes=tuple(decode_texts("country_codes", arrays).to_pylist()),
        plain={
            prop: (
                _to_ragged(f"plain.{prop}", arrays),
                TextTable(_to_texts(f"plain.{prop}.texts", arrays), arrays[f"plain.{prop}.hashes"]),
            )
            for prop in TEXT_NORMALIZERS
        },
        **plain,
        **sides,
        **tables,
    )


def _from_field(name: str, value: Any) -> dict[str, AnyArray]:
    if isinstance(value, Ragged):
        return _from_ragged(name, value)
    return _from_texts(name, value) if value.dtype == object else {name: value}


def _to_field(name: str, arrays: Mapping[str, AnyArray]) -> Any:
    if name.rpartition(".")[2] in _RAGGED:
        return _to_ragged(name, arrays)
    return arrays[name] if name in arrays else _to_texts(name, arrays)


def _from_ragged(name: str, value: Ragged) -> dict[str, AnyArray]:
    return {f"{name}.offsets": value.offsets, f"{name}.items": value.items}


def _to_ragged(name: str, arrays: Mapping[str, AnyArray]) -> Ragged:
    return Ragged(arrays[f"{name}.offsets"], arrays[f"{name}.items"])


def _from_texts(name: str, value: npt.NDArray[np.object_]) -> dict[str, AnyArray]:
    # a name form that was composed from parts has no text
    return encode_texts(
        name, pa.array(["" if text is None else text for text in value.tolist()], pa.string())
    )


def _to_texts(name: str, arrays: Mapping[str, AnyArray]) -> npt.NDArray[np.object_]:
    return cast(
        "npt.NDArray[np.object_]", MappedTexts(arrays[f"{name}.ends"], arrays[f"{name}.bytes"])
    )


_NAMES = (
    "Ivan Sergeyevich Petrov-Vodkin",
    "Sheikh Abdul Rahman Ould Yasin Mohammed",
    "Nguyễn Văn Đức",
    "Zhang Xiaoming",
    "Kim Cheol-su",
    "J. R. van der Meer Jr.",
)
_ALIASES = (
    "Мария O'Neill",
    "عبد الرزاق الشمري",
    "王小明",
    "김철수",
    "יוסף כהן",
    "राजेश गुप्ता",
    "Հակոբ Տեր-Պետրոսյան",
    "გიორგი",
    "هێمن ڕەشید",
    "চাঁদ মিয়া",
)
_FACTS = (
    Value(BIRTH_DATE, "1962-05-01"),
    Value("birthPlace", "Saint Petersburg"),
    Value(NATIONALITY, "ru"),
    Value("phone", "+49 30 123456"),
    Value("email", "ivan@example.org"),
    Value("position", "Deputy Minister of Finance"),
)
_COMPANY = (
    Value("name", "Vektor Trading Limited Liability Company"),
    Value("alias", "ООО Вектор № 12 (Branch)"),
    Value("alias", "The Bank"),
)


def fingerprint_records() -> Batch:
    """Return the invented records as a canonical batch."""
    values = [
        *(Value("name", text) for text in _NAMES),
        *(Value("alias", text) for text in _ALIASES),
        *_FACTS,
    ]
    passport = (Identifier(PASSPORT, "A1234567", "ru"),)
    tax_number = (Identifier("vatCode", "DE136695976"),)
    home = (Address(full="Hauptstr. 5, 10115 Berlin"),)
    records = [
        Record("a", "s", Kind.PERSON, "Person", tuple(values), passport, home),
        Record("b", "s", Kind.GROUP, "Company", _COMPANY, tax_number),
    ]
    return Batch.from_records(records).canonical()


PrepareBatch = Callable[[Batch], PreparedBatch]
_PREFIX = "prepared."
_UNUSED_TEXTS = frozenset({"forms.texts", "identifier_table.texts"})


def fingerprint_program(plan: Plan, prepare: PrepareBatch) -> str:
    """Return a digest of the tables of words, and of the keys and normal forms of a few records.

    A program that makes other keys or normal forms must not use the files of this index.
    """
    prepared = prepare(fingerprint_records())
    table = build_key_table(prepared, plan)
    order = np.lexsort((table.refine, table.rows, table.base))
    parts: list[AnyArray] = [table.base[order], table.rows[order], table.refine[order]]
    parts += [array for _, array in sorted(prepared_to_arrays(prepared).items())]
    made = b"".join(part.tobytes() for part in parts)
    return hashlib.sha256(digest_tables().encode() + made).hexdigest()[:16]


def merge_segments(first: Segment, second: Segment) -> Segment:
    """Return two segments that follow one another as a single segment."""
    keys = merge_key_tables([load_keys(first), load_keys(second)], [0, len(first)])
    prepared = concat_prepared([load_prepared(first), load_prepared(second)])
    return build_segment(
        concat([first.batch, second.batch]),
        since=first.since,
        until=second.until,
        committed_at=second.committed_at,
        first=first.first,
        ended=np.concatenate([first.ended, second.ended]),
        extra=build_segment_arrays(keys, prepared),
    )


def build_segment_arrays(keys: KeyTable, prepared: PreparedBatch) -> dict[str, AnyArray]:
    """Return the arrays that a segment holds in addition to its records.

    Names as they were written are left out, because no score depends on them.
    """
    arrays = prepared_to_arrays(prepared, empty_texts=_UNUSED_TEXTS)
    prefixed = {f"{_PREFIX}{name}": array for name, array in arrays.items()}
    return {"base": keys.base, "rows": keys.rows, "refine": keys.refine, **prefixed}


def load_prepared(segment: Segment) -> PreparedBatch:
    """Return the normal forms of the records of a segment."""
    arrays = {
        name.removeprefix(_PREFIX): array
        for name, array in segment.extra.items()
        if name.startswith(_PREFIX)
    }
    return prepared_from_arrays(arrays)


def concat_prepared(parts: Sequence[PreparedBatch]) -> PreparedBatch:
    """Return the normal forms of several batches, one after the other."""
    return assemble_rows([BatchRows(part, np.arange(len(part), dtype=np.int64)) for part in parts])


def assemble_rows(parts: Sequence[BatchRows]) -> PreparedBatch:
    """Return the normal forms of rows of several batches; their ids are empty."""
    return assemble(parts, pa.array([""] * sum(len(part.rows) for part in parts), pa.string()))


def load_keys(segment: Segment) -> KeyTable:
    """Return the blocking keys of the records of a segment."""
    return KeyTable(segment.extra["base"], segment.extra["rows"], segment.extra["refine"])


def with_row_ids(batch: Batch) -> Batch:
    """Return the batch with row numbers as ids: versions of one record can be prepared together."""
    return replace(batch, ids=pa.array([f"{row:09d}" for row in range(len(batch))], pa.string()))


_FILE = "program.json"
_LEFT_OUT = frozenset({"__pycache__"})


def keep_fingerprint(
    folder: Path, stamp: Mapping[str, str], compute: Callable[[], str], program: str | None = None
) -> str:
    """Return the result of `compute`, or its earlier result for the same program and stamp.

    `folder`: the folder of the index. Nothing is kept if it does not exist or cannot be written.
    `program`: digest of the program's files (None: the files of this installation).
    """
    key = [program or digest_program(), dict(sorted(stamp.items()))]
    path = folder / _FILE
    with suppress(OSError, ValueError, TypeError, KeyError):
        noted = json.loads(path.read_bytes())
        if noted["key"] == key and isinstance(noted["fingerprint"], str):
            return noted["fingerprint"]
    fingerprint = compute()
    if folder.is_dir():
        with suppress(OSError), replace_file(path) as file:
            file.write(json.dumps({"key": key, "fingerprint": fingerprint}).encode())
    return fingerprint


@cache
def digest_program() -> str:
    """Return a digest of this program: names, sizes and times of its files, and the time at which a
    library was last installed beside it.
    """
    digest = hashlib.sha256(sys.version.encode())
    for root in (Path(resolver.__file__).parent, *_resolve_links(Path(resolver.__file__).parent)):
        for path in _files(root):
            # a temporary file of an editor or a compiler may be a broken link, or be gone
            with suppress(FileNotFoundError):
                state = path.lstat()
                digest.update(f"{path}|{state.st_size}|{state.st_mtime_ns}\n".encode())
    libraries = Path(np.__file__).parent.parent
    digest.update(str(libraries.stat().st_mtime_ns).encode())
    return digest.hexdigest()[:32]


def _resolve_links(folder: Path) -> Iterator[Path]:
    """Yield the folders to which links in a folder lead: parts of the package in a checkout."""
    for path in sorted(folder.iterdir()):
        if path.is_symlink() and path.is_dir():
            yield path.resolve()


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder, in a fixed order, without bytecode."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - _LEFT_OUT)
        for name in sorted(names):
            yield Path(root, name)
