"""Names of a batch, each unique text read once: tokens, written names and parts of names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.names.group_tokens import group_readings
from resolver.names.lexicons.name_roles import likely_roles, mark_lineage
from resolver.names.name_tokens import TokenLetters, compact_hashes, joined_hashes, token_letters
from resolver.names.scripts.han import japanese_split
from resolver.names.token_tables import Lookup, build_lexicon
from resolver.records.batch import Batch, Column, IntArray
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import NameTable, Ragged, TokenTable, concat_rows
from resolver.records.prepared.population import FrequencyTables
from resolver.records.prepared.value_flags import NameQuality
from resolver.records.properties import PROPERTIES

BoolArray = npt.NDArray[np.bool_]
QUALITY = {
    row.name: quality for quality in NameQuality for row in PROPERTIES if row.quality is quality
}
"""Properties of written names, with their quality, the best first."""


@dataclass(frozen=True, slots=True)
class NameValues:
    """Values of names in normal form.

    `written` are the forms of written names: persons' readings, then others'. `readings` gives for
    each property and side (persons, others) the form of each value in each reading of it; -1: none.
    `parts` gives the tokens of each value of a part of names, and `read_parts` which were read.
    """

    tokens: TokenTable
    letters: TokenLetters
    written: NameTable
    readings: Mapping[str, tuple[Sequence[IntArray], Sequence[IntArray]]]
    parts: Mapping[str, Ragged]
    read_parts: Mapping[str, BoolArray]


def reading_sides(kinds: npt.NDArray[np.uint8]) -> tuple[BoolArray, BoolArray]:
    """Return which records may be persons, and which may be others: some are read in both ways."""
    return (kinds & int(Kind.PERSON)) != 0, kinds != int(Kind.PERSON)


def read_name_values(
    batch: Batch,
    part_properties: Sequence[str],
    tables: FrequencyTables,
    lookup: Lookup,
    workers: int = 1,
) -> NameValues:
    """Read the names of a canonical batch, and those values of `part_properties` that persons have.

    The result does not depend on `workers` (processes and threads).
    """
    texts, readings = _written_texts(batch)
    may_be_person = reading_sides(batch.kinds)[0]
    used = {
        prop: _values_in_use(batch.columns[prop], may_be_person)
        for prop in part_properties
        if prop in batch.columns
    }
    part_texts = [_texts_or_none(batch.columns[prop], mask) for prop, mask in used.items()]
    lexicon = build_lexicon([texts[0], *part_texts], [texts[1]], tables, lookup, workers=workers)
    person, *parts, other = lexicon.tokens_by_text
    table = lexicon.table
    letters = token_letters(table)
    roles = mark_lineage(person, likely_roles(person, texts[0], table, tables), table)
    tokens = concat_rows([person, other])
    written = NameTable(
        tokens,
        np.append(roles, np.zeros(len(other.items), dtype=np.uint8)),
        *joined_hashes(tokens, table, letters, workers),
        compact_hashes(tokens, table),
        np.array([*texts[0], *texts[1]], dtype=object),
    )
    return NameValues(table, letters, written, readings, dict(zip(used, parts, strict=True)), used)


def has_all_names(batch: Batch, values: NameValues, is_composed: BoolArray) -> bool:
    """Return True if the values have all names of a batch with the same dictionaries.

    A value that only persons have is not read as the name of a group.
    """
    for prop, sides in values.readings.items():
        column = batch.columns.get(prop)
        for (first, *_), mask in zip(sides, reading_sides(batch.kinds), strict=True):
            if column is not None and (first[column.codes[mask[column.rows]]] < 0).any():
                return False
    return all(
        is_read[column.codes[is_composed[column.rows]]].all()
        for prop, is_read in values.read_parts.items()
        if (column := batch.columns.get(prop)) is not None
    )


def _written_texts(
    batch: Batch,
) -> tuple[tuple[list[str], list[str]], dict[str, tuple[list[IntArray], list[IntArray]]]]:
    """Return the texts of written names of persons and of others, and the readings of values.

    Codes of others' forms follow persons'.
    """
    columns = {prop: batch.columns[prop] for prop in QUALITY if prop in batch.columns}
    readings: dict[str, tuple[list[IntArray], list[IntArray]]] = {
        prop: ([], []) for prop in columns
    }
    texts: tuple[list[str], list[str]] = ([], [])
    sides = zip((japanese_split, group_readings), reading_sides(batch.kinds), strict=True)
    for side, (other_ways, mask) in enumerate(sides):
        names = _texts_in_use(columns.values(), mask)
        cuts = {text: ways for text in sorted(names) if (ways := other_ways(text))}
        names.update(way for ways in cuts.values() for way in ways)
        texts[side].extend(sorted(names))
        codes = {text: code for code, text in enumerate(texts[side], side * len(texts[0]))}
        for prop, column in columns.items():
            readings[prop][side].extend(_readings(column, codes, cuts))
    return texts, readings


def _values_in_use(column: Column, mask: BoolArray) -> BoolArray:
    """Return which values of a column the records of a mask have."""
    used = np.zeros(len(column.values), dtype=bool)
    used[column.codes[mask[column.rows]]] = True
    return used


def _texts_in_use(columns: Iterable[Column], mask: BoolArray) -> set[str]:
    """Return the texts of some columns that the records of a mask have."""
    texts: set[str] = set()
    for column in columns:
        texts.update(column.values.filter(_values_in_use(column, mask)).to_pylist())
    return texts


def _texts_or_none(column: Column, used: BoolArray) -> list[str]:
    """Return the texts of a column, empty ones for those not in use."""
    texts = column.values.to_pylist()
    return [text if is_used else "" for text, is_used in zip(texts, used.tolist(), strict=True)]


def _readings(
    column: Column, codes: Mapping[str, int], cuts: Mapping[str, tuple[str, ...]]
) -> list[IntArray]:
    """Return the form of each value of a column, -1 for none, as written and in other readings."""
    texts = column.values.to_pylist()
    ways = [texts]
    for place in range(max(map(len, cuts.values()), default=0)):
        ways.append([(*cuts.get(text, ())[place : place + 1], "")[0] for text in texts])
    return [np.array([codes.get(text, -1) for text in way], dtype=np.int32) for way in ways]
