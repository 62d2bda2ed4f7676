"""Name forms of records: names that a source wrote and names composed of parts, as rows of one
table.

A record states whole names, or parts of a name (given, family, father's), or both. Every whole name
is a form; parts are composed to further forms. If a written and a composed name have the same
words, the composed one is kept, because the roles of its words are known.

`read_name_values` reads each unique text of a batch once. `build_single_names` serves a check,
which has one record. It works word by word, because for a few words array operations cost more than
the words. `lay_out_forms` serves whole batches and works on columns. Both give equal forms for
equal records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.names.folding import skeleton_code
from resolver.names.group_tokens import group_readings
from resolver.names.kernels.spellings import (
    MAX_JOINED,
    ComposedNames,
    PartValues,
    count_composed,
    fill_composed,
)
from resolver.names.lexicons.name_roles import guessed_roles, likely_roles, mark_lineage
from resolver.names.name_tokens import TokenLetters, compact_hashes, joined_hashes, token_letters
from resolver.names.scripts.han import japanese_split
from resolver.names.token_tables import Lookup, build_lexicon, build_small_lexicon
from resolver.records.batch import Batch, Column, IntArray
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import (
    ByteArray,
    NameTable,
    Ragged,
    TokenTable,
    concat_rows,
    offsets_of,
    spread,
)
from resolver.records.prepared.population import FrequencyTables
from resolver.records.prepared.value_flags import Lineage, NameQuality, Role, TokenFlag
from resolver.records.properties import OWN_PARTS, PROPERTIES
from resolver.runtime.text_cache import hash64

BoolArray = npt.NDArray[np.bool_]
QUALITY = {
    row.name: quality for quality in NameQuality for row in PROPERTIES if row.quality is quality
}
"""Properties of written names, with their quality, the best first."""


@dataclass(frozen=True, slots=True)
class NameValues:
    """Values of names in normal form.

    `written` are the forms of written names: first the readings of persons' names, then those of
    other names. For each property and side (persons, others), `readings` gives the form of each
    value in each reading of it; -1 means no form. `parts` gives the tokens of each value of a part
    of names, and `read_parts` says which values were read.
    """

    tokens: TokenTable
    letters: TokenLetters
    written: NameTable
    readings: Mapping[str, tuple[Sequence[IntArray], Sequence[IntArray]]]
    parts: Mapping[str, Ragged]
    read_parts: Mapping[str, BoolArray]


def reading_sides(kinds: npt.NDArray[np.uint8]) -> tuple[BoolArray, BoolArray]:
    """Return which records may be persons, and which may be others; some records may be both."""
    return (kinds & int(Kind.PERSON)) != 0, kinds != int(Kind.PERSON)


def read_name_values(
    batch: Batch,
    part_properties: Sequence[str],
    tables: FrequencyTables,
    lookup: Lookup,
    workers: int = 1,
) -> NameValues:
    """Read the names of a canonical batch, and the values of `part_properties` that persons have.

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
    """Return the texts of written names of persons and of others, and the readings of each value.

    The codes of others' forms follow the codes of persons' forms.
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
    """Return which values of a column the records selected by a mask have."""
    used = np.zeros(len(column.values), dtype=bool)
    used[column.codes[mask[column.rows]]] = True
    return used


def _texts_in_use(columns: Iterable[Column], mask: BoolArray) -> set[str]:
    """Return the texts of some columns that the records selected by a mask have."""
    texts: set[str] = set()
    for column in columns:
        texts.update(column.values.filter(_values_in_use(column, mask)).to_pylist())
    return texts


def _texts_or_none(column: Column, used: BoolArray) -> list[str]:
    """Return the texts of a column, with an empty text for each value that is not used."""
    texts = column.values.to_pylist()
    return [text if is_used else "" for text, is_used in zip(texts, used.tolist(), strict=True)]


def _readings(
    column: Column, codes: Mapping[str, int], cuts: Mapping[str, tuple[str, ...]]
) -> list[IntArray]:
    """Return the form of each value of a column, as written and in other readings; -1 means no
    form.
    """
    texts = column.values.to_pylist()
    ways = [texts]
    for index in range(max(map(len, cuts.values()), default=0)):
        ways.append([(*cuts.get(text, ())[index : index + 1], "")[0] for text in texts])
    return [np.array([codes.get(text, -1) for text in way], dtype=np.int32) for way in ways]


_SILENT = int(TokenFlag.PARTICLE | TokenFlag.LEGAL)
_ALL = (1 << 64) - 1


def _compact(forms: Sequence[Sequence[int]], table: TokenTable) -> list[int]:
    """Return the hashes that `name_tokens.compact_hashes` gives."""
    token_hashes, flags = table.hashes.tolist(), table.flags.tolist()
    hashes = []
    for tokens in forms:
        whole = carried = 0
        for token in tokens:
            token_hash = token_hashes[token]
            mixed = ((token_hash * 0x9E3779B97F4A7C15) & _ALL) ^ (token_hash >> 29)
            whole += mixed
            if not flags[token] & _SILENT:
                carried += mixed
        hashes.append(carried & _ALL or whole & _ALL)
    return hashes


def _joined(
    forms: Sequence[Sequence[int]], table: TokenTable
) -> tuple[
    np.ndarray[tuple[int, ...], np.dtype[np.uint64]],
    np.ndarray[tuple[int, ...], np.dtype[np.uint64]],
]:
    """Return the hashes that `name_tokens.joined_hashes` gives."""
    texts: list[str] = table.texts.tolist()
    joined, bones = [], []
    for tokens in forms:
        for index, token in enumerate(tokens):
            whole = texts[token] + texts[tokens[index + 1]] if index + 1 < len(tokens) else ""
            if 0 < len(whole) <= MAX_JOINED:
                bare = skeleton_code(whole)
                joined.append(hash64(whole))
                bones.append(hash64(bare) if len(bare) > 2 else 0)
            else:
                joined.append(0)
                bones.append(0)
    return np.array(joined, dtype=np.uint64), np.array(bones, dtype=np.uint64)


PART_ROLES = {row.name: row.role for row in PROPERTIES if row.role}
"""Properties that hold a part of a name, with the role of that part."""
_CHOSEN_PARTS = ("firstName", "lastName")
"""Parts of which a composed name has exactly one value."""
_SINGLE_READING_KINDS = frozenset(
    map(int, (Kind.PERSON, Kind.GROUP, Kind.ASSET, Kind.GROUP | Kind.ASSET))
)
"""Kinds whose names are read in one way only. A `LegalEntity` is read as person and as group."""
MAX_NAME_PARTS = 16
"""Maximum number of given names, and maximum number of family names, of a record that are combined
with each other.

Without a limit, a record with thousands of each would make millions of names.
"""


@dataclass(frozen=True, slots=True)
class NameTables:
    """Tables of names, and the forms of each record with their quality."""

    tokens: TokenTable
    forms: NameTable
    names: Ragged
    quality: ByteArray


class FormRows(NamedTuple):
    """Forms of records with their quality: arrays of one length."""

    rows: IntArray
    forms: IntArray
    quality: ByteArray


def is_single_reading(batch: Batch) -> bool:
    """Return True if `build_single_names` can read a batch.

    The batch must have one record, without parts of names, and of a kind whose names are read in
    one way only.
    """
    return (
        len(batch) == 1
        and int(batch.kinds[0]) in _SINGLE_READING_KINDS
        and PART_ROLES.keys().isdisjoint(batch.columns)
    )


def has_all_names_of(batch: Batch, values: NameValues) -> bool:
    """Return True if `lay_out_forms` can lay out the names of a batch."""
    return has_all_names(batch, values, _composed_records(batch))


def lay_out_forms(batch: Batch, values: NameValues, workers: int = 1) -> NameTables:
    """Return all names of a canonical batch. `values` are the texts of these names, already read.

    The result does not depend on `workers` (threads).
    """
    written = _written_forms(batch, values)
    words, roles, rows = _compose_names(batch, _composed_records(batch), values.parts)
    table = values.written
    if len(words):
        table = _append_composed(values, words, mark_lineage(words, roles, values.tokens), workers)
    first = len(values.written.compact)
    forms = FormRows(
        np.concatenate([written.rows, rows]),
        np.concatenate([written.forms, np.arange(first, first + len(words), dtype=np.int32)]),
        np.append(written.quality, np.zeros(len(words), dtype=np.uint8)),
    )
    names, quality = _forms_of_records(forms, table.compact, table.tokens, first, len(batch))
    return NameTables(values.tokens, table, names, quality)


def _append_composed(
    values: NameValues, words: Ragged, roles: ByteArray, workers: int
) -> NameTable:
    """Return the table of written names with composed ones after them."""
    written = values.written
    joined, joined_skeleton = joined_hashes(words, values.tokens, values.letters, workers)
    return NameTable(
        concat_rows([written.tokens, words]) if len(written.tokens) else words,
        _append(written.roles, roles),
        _append(written.joined, joined),
        _append(written.joined_skeleton, joined_skeleton),
        _append(written.compact, compact_hashes(words, values.tokens)),
        _append(written.texts, np.empty(len(words), dtype=object)),
    )


def _append(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Concatenate two arrays. If the first is empty, return the second without a copy."""
    return np.concatenate([first, second]) if len(first) else second


def build_single_names(batch: Batch, tables: FrequencyTables, lookup: Lookup) -> NameTables:
    """Return all names of a single record, those of the best quality first."""
    is_person = int(batch.kinds[0]) == int(Kind.PERSON)
    readings_of = japanese_split if is_person else group_readings
    written: list[tuple[str, int]] = []
    readings: dict[str, Sequence[str]] = {}
    for prop, own_quality in QUALITY.items():
        if prop in batch.columns:
            for text in batch.columns[prop].values.to_pylist():
                written.append((text, int(own_quality)))
                readings[text] = readings_of(text)
    texts = sorted({*readings, *chain.from_iterable(readings.values())})
    tokens, forms = build_small_lexicon(texts, is_person, tables, lookup)
    form_of = dict(zip(texts, range(len(texts)), strict=True))
    compact = _compact(forms, tokens)
    # Of forms with the same words, `best` has the form of the best quality
    best: dict[int, tuple[int, int]] = {}
    for text, quality in written:
        for form in map(form_of.__getitem__, (text, *readings[text])):
            if forms[form]:
                found = quality, form
                best[compact[form]] = min(best.get(compact[form], found), found)
    ordered = np.array(sorted(best.values()), dtype=np.int32).reshape(-1, 2)
    roles = guessed_roles(forms, texts, tokens, tables) if is_person else [0] * sum(map(len, forms))
    spelled = np.empty(len(texts), dtype=object)
    spelled[:] = texts
    table = NameTable(
        Ragged.of(forms),
        np.array(roles, dtype=np.uint8),
        *_joined(forms, tokens),
        np.array(compact, dtype=np.uint64),
        spelled,
    )
    names = Ragged.of([ordered[:, 1].tolist()])
    return NameTables(tokens, table, names, ordered[:, 0].astype(np.uint8))


def _written_forms(batch: Batch, values: NameValues) -> FormRows:
    """Return the forms of written names of each record, in all readings."""
    none = np.zeros(0, dtype=np.int32)
    parts = [FormRows(none, none, none.astype(np.uint8))]
    for prop, sides in values.readings.items():
        column = batch.columns.get(prop)
        if column is None:
            continue
        for readings, mask in zip(sides, reading_sides(batch.kinds), strict=True):
            for forms in readings:
                coded = forms[column.codes]
                present = mask[column.rows] & (coded >= 0)
                quality = np.full(np.count_nonzero(present), int(QUALITY[prop]), dtype=np.uint8)
                parts.append(FormRows(column.rows[present], coded[present], quality))
    return FormRows(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _composed_records(batch: Batch) -> npt.NDArray[np.bool_]:
    """Return which records have a name composed of parts."""
    is_composed: npt.NDArray[np.bool_] = (batch.kinds == int(Kind.PERSON)) & _has_composed_name(
        batch
    )
    return is_composed


def _compose_names(
    batch: Batch, is_composed: npt.NDArray[np.bool_], parts: Mapping[str, Ragged]
) -> tuple[Ragged, ByteArray, IntArray]:
    """Return the composed names of some records, the roles of their words, and their rows.

    Each of up to `MAX_NAME_PARTS` given names is combined with each of up to `MAX_NAME_PARTS`
    family names. Middle parts stand between them.
    """
    props = [prop for prop in PART_ROLES if prop in parts and prop in batch.columns]
    if not props:
        return Ragged.empty(0), np.zeros(0, dtype=np.uint8), np.zeros(0, dtype=np.int32)
    values = _gather_values(batch, props, [parts[prop] for prop in props])
    names, words = count_composed(is_composed, values, MAX_NAME_PARTS)
    composed = ComposedNames(
        np.empty(names, dtype=np.int32),
        np.empty(names + 1, dtype=np.int32),
        np.empty(words, dtype=np.int32),
        np.empty(words, dtype=np.uint8),
    )
    fill_composed(is_composed, values, MAX_NAME_PARTS, composed)
    tokens = Ragged(composed.offsets, composed.words)
    return tokens, _mark_own_names(tokens, composed.roles), composed.rows


def _gather_values(batch: Batch, props: list[str], tables: list[Ragged]) -> PartValues:
    """Return the values of some parts in one table. `tables` has the tokens of each part."""
    columns = [batch.columns[prop] for prop in props]
    first_values = np.cumsum([0, *map(len, columns)])
    first_rows = np.cumsum([0, *map(len, tables)])
    starts = [
        column.offsets(len(batch)) + first
        for column, first in zip(columns, first_values, strict=False)
    ]
    codes = [column.codes + first for column, first in zip(columns, first_rows, strict=False)]
    whole = concat_rows(tables)
    return PartValues(
        np.array(starts, dtype=np.int32),
        np.concatenate(codes).astype(np.int32),
        whole.offsets,
        whole.items,
        np.array([int(PART_ROLES[prop]) for prop in props], dtype=np.uint8),
        *(props.index(prop) if prop in props else -1 for prop in _CHOSEN_PARTS),
    )


def _mark_own_names(words: Ragged, roles: ByteArray) -> ByteArray:
    """Return the roles with the first word of each stated given name marked as the person's own."""
    first = words.offsets[:-1][words.counts > 0]
    own = first[roles[first] == int(Role.GIVEN)]
    marked = roles.copy()
    marked[own] |= int(Lineage.OWN)
    return marked


def _has_composed_name(batch: Batch) -> npt.NDArray[np.bool_]:
    """Return which records have both a given and a family name, or have a part of a name but no
    written name.

    If a record has a written name, a single part is no further name, because many people share a
    given name, and the father's name belongs to the father.
    """
    count = len(batch)
    has = {
        prop: np.diff(batch.columns[prop].offsets(count)) > 0
        for prop in PART_ROLES
        if prop in batch.columns
    }
    none = np.zeros(count, dtype=bool)
    whole = has.get("firstName", none) & has.get("lastName", none)
    some = none.copy()
    for prop in OWN_PARTS:
        some |= has.get(prop, none)
    written = batch.columns["name"].offsets(count) if "name" in batch.columns else None
    return whole | (some if written is None else some & (np.diff(written) == 0))


def _forms_of_records(
    all_forms: FormRows,
    compact: npt.NDArray[np.uint64],
    tokens: Ragged,
    first_composed: int,
    count: int,
) -> tuple[Ragged, ByteArray]:
    """Return the distinct forms of each record (see `_distinct_forms`), and their quality."""
    rows, forms, quality = all_forms
    filled = tokens.counts[forms] > 0
    rows, forms, quality = rows[filled], forms[filled], quality[filled]
    # Most records of registers have a single form, so they can have no equal forms.
    is_single = (np.bincount(rows, minlength=count) == 1)[rows]
    several = np.flatnonzero(~is_single)
    distinct = _distinct_forms(
        rows[several], forms[several], quality[several], compact, first_composed
    )
    counts = np.bincount(distinct[0], minlength=count)
    offsets = offsets_of(counts + np.bincount(rows[is_single], minlength=count))
    names, kept_quality = np.empty(offsets[-1], np.int32), np.empty(offsets[-1], np.uint8)
    names[offsets[rows[is_single]]] = forms[is_single]
    kept_quality[offsets[rows[is_single]]] = quality[is_single]
    at = spread(offsets[:-1], counts)
    names[at], kept_quality[at] = distinct[1:]
    return Ragged(offsets, names), kept_quality


def _distinct_forms(
    rows: IntArray,
    forms: IntArray,
    quality: ByteArray,
    compact: npt.NDArray[np.uint64],
    first_composed: int,
) -> tuple[IntArray, IntArray, ByteArray]:
    """Return the rows, the forms and the qualities of distinct forms, sorted by row and quality.

    If forms of a row are equal, a composed form is kept, and gets the best quality of all of them.
    """
    order = np.lexsort((forms, quality, compact[forms], rows))
    rows, forms, quality = rows[order], forms[order], quality[order]
    same = compact[forms]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]) | (same[1:] != same[:-1])
    heads = np.flatnonzero(first)
    best = forms[heads].copy()
    composed = np.where(forms >= first_composed, forms, np.int32(-1))
    np.maximum.at(best, np.cumsum(first) - 1, composed)
    order = np.lexsort((best, quality[heads], rows[heads]))
    heads = heads[order]
    return rows[heads], best[order], quality[heads]
