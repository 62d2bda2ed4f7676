"""Conversion of a prepared batch to plain arrays, and back from arrays in memory or in a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.kernels.rows import join_texts
from resolver.normalize.tables.other_values import TEXT_NORMALIZERS
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import (
    DateTable,
    IdentifierTable,
    MaterializedBatch,
    NameTable,
    PlaceTable,
    PreparedBatch,
    TextTable,
    TokenTable,
)
from resolver.records.prepared.ragged import Ragged
from resolver.store.array_files import AnyArray, decode_texts, encode_texts

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
    """Texts in mapped memory, decoded on access; a stand-in for an object array of texts."""

    def __init__(self, ends: IntArray, letters: npt.NDArray[np.uint8]) -> None:
        self._ends, self._letters = ends, letters
        # of one text an index into a view takes a fraction of the time of one into an array
        self._places, self._bytes = ends.data, letters.data

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, places: npt.NDArray[Any] | int) -> Any:
        if isinstance(places, int):
            return str(self._bytes[self._places[places] : self._places[places + 1]], "utf-8")
        # all in one piece, parted by what stands in no text
        texts = join_texts(self._ends, self._letters, places).tobytes().decode().split("\0")
        if len(texts) != len(places) + 1:
            texts = [self[place] for place in places.tolist()] + [""]
        result = np.empty(len(places), dtype=object)
        result[:] = texts[:-1]
        return result


def prepared_to_arrays(
    prepared: PreparedBatch, *, empty_texts: Collection[str] = ()
) -> dict[str, AnyArray]:
    """Return the arrays that comparisons read, by name; ids and sources are left out.

    `empty_texts`: names of text columns whose texts are written as empty.
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

    Raises `KeyError` where an array is missing.
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
    # a form put together from parts has no text
    return encode_texts(
        name, pa.array(["" if text is None else text for text in value.tolist()], pa.string())
    )


def _to_texts(name: str, arrays: Mapping[str, AnyArray]) -> npt.NDArray[np.object_]:
    return cast(
        "npt.NDArray[np.object_]", MappedTexts(arrays[f"{name}.ends"], arrays[f"{name}.bytes"])
    )
