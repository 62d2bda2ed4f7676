"""A prepared batch as plain arrays, and such arrays, mapped or not, as a prepared batch again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.kernels.compiler import compiled
from resolver.normalize.prepare import PLAIN
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import (
    DateTable,
    IdentifierTable,
    NameTable,
    PlaceTable,
    Prepared,
    TextTable,
    TokenTable,
)
from resolver.records.prepared.ragged import Ragged
from resolver.store.array_files import AnyArray, text_arrays, texts_of

_TABLES: dict[str, type[Any]] = {
    "tokens": TokenTable,
    "forms": NameTable,
    "dates": DateTable,
    "place_table": PlaceTable,
    "address_table": PlaceTable,
    "identifier_table": IdentifierTable,
}
_RAGGED = frozenset({"symbols", "local", "tokens"})
"""The fields of tables that are `Ragged`."""
_SIDES = (
    "names",
    "births",
    "starts",
    "nationalities",
    "countries",
    "birth_places",
    "addresses",
    "identifiers",
)
_PLAIN = ("kinds", "name_quality", "gender")


class Texts:
    """Texts in mapped memory that are read where they are asked for: as much of an array of them as is needed."""

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
        texts = _parted(self._ends, self._letters, places).tobytes().decode().split("\0")
        if len(texts) != len(places) + 1:
            texts = [self[place] for place in places.tolist()] + [""]
        found = np.empty(len(places), dtype=object)
        found[:] = texts[:-1]
        return found


@compiled()
def _parted(ends, letters, places):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """The texts of some places, each followed by a 0."""
    total = np.int64(0)
    for place in places:
        total += ends[place + 1] - ends[place] + 1
    out = np.empty(total, dtype=np.uint8)
    at = np.int64(0)
    for place in places:
        for letter in range(ends[place], ends[place + 1]):
            out[at] = letters[letter]
            at += 1
        out[at] = 0
        at += 1
    return out


def arrays_of(prepared: Prepared) -> dict[str, AnyArray]:
    """All that a comparison sees, by name; ids, sources and what is declared are left out."""
    arrays: dict[str, AnyArray] = {name: getattr(prepared, name) for name in _PLAIN}
    for name in _SIDES:
        arrays |= _of_ragged(name, getattr(prepared, name))
    for name, table in _TABLES.items():
        for field in fields(table):
            arrays |= _of_field(
                f"{name}.{field.name}", getattr(getattr(prepared, name), field.name)
            )
    arrays |= _of_texts("country_codes", np.array(prepared.country_codes, dtype=object))
    for prop, (side, texts) in prepared.plain.items():
        arrays |= _of_ragged(f"plain.{prop}", side)
        arrays |= _of_texts(f"plain.{prop}.texts", texts.texts) | {
            f"plain.{prop}.hashes": texts.hashes
        }
    return arrays


def prepared_from(arrays: Mapping[str, AnyArray]) -> Prepared:
    """The inverse. Its ids are empty, and its texts are read as they are asked for. Raises `KeyError` where one is
    missing."""
    count = len(arrays["kinds"])
    sides: dict[str, Any] = {name: _ragged(name, arrays) for name in _SIDES}
    tables: dict[str, Any] = {}
    for name, table in _TABLES.items():
        tables[name] = table(
            **{field.name: _field(f"{name}.{field.name}", arrays) for field in fields(table)}
        )
    plain: dict[str, Any] = {name: arrays[name] for name in _PLAIN}
    return Prepared(
        ids=pa.nulls(count, pa.string()),
        sources=cast(IntArray, np.broadcast_to(np.int32(0), count)),
        declared=np.broadcast_to(np.bool_(False), count),
        country_codes=tuple(texts_of("country_codes", arrays).to_pylist()),
        plain={
            prop: (
                _ragged(f"plain.{prop}", arrays),
                TextTable(_texts(f"plain.{prop}.texts", arrays), arrays[f"plain.{prop}.hashes"]),
            )
            for prop in PLAIN
        },
        **plain,
        **sides,
        **tables,
    )


def _of_field(name: str, value: Any) -> dict[str, AnyArray]:
    if isinstance(value, Ragged):
        return _of_ragged(name, value)
    return _of_texts(name, value) if value.dtype == object else {name: value}


def _field(name: str, arrays: Mapping[str, AnyArray]) -> Any:
    if name.rpartition(".")[2] in _RAGGED:
        return _ragged(name, arrays)
    return arrays[name] if name in arrays else _texts(name, arrays)


def _of_ragged(name: str, value: Ragged) -> dict[str, AnyArray]:
    return {f"{name}.offsets": value.offsets, f"{name}.items": value.items}


def _ragged(name: str, arrays: Mapping[str, AnyArray]) -> Ragged:
    return Ragged(arrays[f"{name}.offsets"], arrays[f"{name}.items"])


def _of_texts(name: str, value: npt.NDArray[np.object_]) -> dict[str, AnyArray]:
    # a form put together from parts has no text
    return text_arrays(
        name, pa.array(["" if text is None else text for text in value.tolist()], pa.string())
    )


def _texts(name: str, arrays: Mapping[str, AnyArray]) -> npt.NDArray[np.object_]:
    return cast("npt.NDArray[np.object_]", Texts(arrays[f"{name}.ends"], arrays[f"{name}.bytes"]))
