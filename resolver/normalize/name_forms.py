"""Name forms: written names of records, and names composed of name parts, as rows of one table.

If a written and a composed name are the same, the composed one is kept, as its words have roles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.normalize.group_tokens import group_readings
from resolver.normalize.lexicons.name_roles import likely_roles
from resolver.normalize.lexicons.patronymics import mark_lineage
from resolver.normalize.name_hashes import compact_hashes, joined_hashes
from resolver.normalize.name_tokens import japanese_split
from resolver.normalize.single_record import build_single_record_names, single_row
from resolver.normalize.token_tables import Lookup, build_lexicon
from resolver.records.batch import Batch, Column, IntArray
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import ByteArray, NameTable, TokenTable
from resolver.records.prepared.frequencies import FrequencyTables
from resolver.records.prepared.ragged import Ragged, concat_rows, offsets_of, spread
from resolver.records.prepared.value_flags import Lineage, NameQuality, Role

_QUALITY = {
    "name": NameQuality.PRIMARY,
    "alias": NameQuality.ALIAS,
    "previousName": NameQuality.ALIAS,
    "weakAlias": NameQuality.WEAK,
    "abbreviation": NameQuality.WEAK,
}
_PART_ROLES = {
    "firstName": Role.GIVEN,
    "secondName": Role.MIDDLE,
    "middleName": Role.MIDDLE,
    "fatherName": Role.MIDDLE | Lineage.FOREBEAR,
    "lastName": Role.FAMILY,
}
_OWN_PARTS = ("firstName", "secondName", "middleName", "lastName")
_SINGLE_READING_KINDS = frozenset((int(Kind.PERSON), int(Kind.GROUP), int(Kind.ASSET)))
"""Kinds whose names are read in one way."""
MAX_NAME_PARTS = 16
"""Given or family names of a record that are combined, so that a record cannot make millions."""


@dataclass(frozen=True, slots=True)
class NameTables:
    """Tables of names, and the forms of each record with their quality."""

    tokens: TokenTable
    forms: NameTable
    names: Ragged
    quality: ByteArray


@dataclass(frozen=True, slots=True)
class _WrittenNames:
    rows: IntArray
    forms: IntArray
    quality: ByteArray


def build_name_forms(
    batch: Batch, tables: FrequencyTables, lookup: Lookup, workers: int = 1
) -> NameTables:
    """Return all names of a canonical batch. The result does not depend on `workers` (processes and
    threads).
    """
    if (
        len(batch) == 1
        and int(batch.kinds[0]) in _SINGLE_READING_KINDS
        and not any(prop in batch.columns for prop in _PART_ROLES)
    ):
        return _single_record_names(batch, tables, lookup)
    person = batch.kinds == int(Kind.PERSON)
    # Names of records that may be either are read in both ways.
    full_texts, written = _written_names(batch, (batch.kinds & int(Kind.PERSON)) != 0, ~person)
    part_columns = [prop for prop in _PART_ROLES if prop in batch.columns]
    is_composed = person & _has_composed_name(batch, part_columns)
    part_texts = [_texts_or_none(batch.columns[prop], is_composed) for prop in part_columns]
    lexicon = build_lexicon(
        [full_texts[0], *part_texts], [full_texts[1]], tables, lookup, workers=workers
    )
    full_person, *parts, full_group = lexicon.tokens_by_text
    composed, composed_roles, composed_rows = _compose_names(
        batch, is_composed, dict(zip(part_columns, parts, strict=True))
    )
    tokens = concat_rows([full_person, full_group, composed])
    guessed = likely_roles(full_person, full_texts[0], lexicon.table, tables)
    roles = np.concatenate(
        [
            mark_lineage(full_person, guessed, lexicon.table),
            np.zeros(len(full_group.items), dtype=np.uint8),
            mark_lineage(composed, composed_roles, lexicon.table),
        ]
    )
    compact = compact_hashes(tokens, lexicon.table)
    texts = np.empty(len(tokens), dtype=object)
    texts[: len(full_texts[0])] = full_texts[0]
    texts[len(full_texts[0]) : len(full_texts[0]) + len(full_texts[1])] = full_texts[1]
    first = len(full_person) + len(full_group)
    rows = np.concatenate([written.rows, composed_rows])
    forms = np.concatenate([written.forms, np.arange(first, first + len(composed), dtype=np.int32)])
    quality = np.concatenate([written.quality, np.zeros(len(composed), dtype=np.uint8)])
    names, kept_quality = _forms_of_records(
        rows, forms, quality, compact, tokens, first, len(batch)
    )
    table = NameTable(tokens, roles, *joined_hashes(tokens, lexicon.table, workers), compact, texts)
    return NameTables(lexicon.table, table, names, kept_quality)


def _single_record_names(batch: Batch, tables: FrequencyTables, lookup: Lookup) -> NameTables:
    """Return all names of a single record."""
    person = int(batch.kinds[0]) == int(Kind.PERSON)
    written = [
        (batch.columns[prop].values.to_pylist(), int(quality))
        for prop, quality in _QUALITY.items()
        if prop in batch.columns
    ]
    tokens, table, forms, quality = build_single_record_names(
        written, japanese_split if person else group_readings, person, tables, lookup
    )
    return NameTables(tokens, table, single_row(forms), np.array(quality, dtype=np.uint8))


def _written_names(
    batch: Batch, *sides: npt.NDArray[np.bool_]
) -> tuple[tuple[list[str], list[str]], _WrittenNames]:
    """Return unique full names of persons and of others, and the forms of each record.

    `sides` are masks of the records that may be either; codes of others' forms follow persons'.
    """
    columns = [
        (batch.columns[prop], int(quality))
        for prop, quality in _QUALITY.items()
        if prop in batch.columns
    ]
    texts: list[list[str]] = []
    parts: list[_WrittenNames] = []
    for other_ways, mask in zip((japanese_split, group_readings), sides, strict=True):
        names = _texts_in_use([column for column, _ in columns], mask)
        cuts = {text: ways for text in sorted(names) if (ways := other_ways(text))}
        names.update(way for ways in cuts.values() for way in ways)
        first = sum(map(len, texts))
        texts.append(sorted(names))
        codes = {text: code for code, text in enumerate(texts[-1], first)}
        parts += [_column_names(*column, mask, codes, cuts) for column in columns]
    return (texts[0], texts[1]), _concat_names(parts)


def _texts_in_use(columns: list[Column], mask: npt.NDArray[np.bool_]) -> set[str]:
    """Return the texts of some columns that the records of a mask have."""
    texts: set[str] = set()
    for column in columns:
        used = np.zeros(len(column.values), dtype=bool)
        used[column.codes[mask[column.rows]]] = True
        texts.update(column.values.filter(used).to_pylist())
    return texts


def _texts_or_none(column: Column, mask: npt.NDArray[np.bool_]) -> list[str]:
    """Return the texts of a column, empty ones for those that no record of a mask has."""
    used = np.zeros(len(column.values), dtype=bool)
    used[column.codes[mask[column.rows]]] = True
    texts = column.values.to_pylist()
    return [text if is_used else "" for text, is_used in zip(texts, used.tolist(), strict=True)]


def _column_names(
    column: Column,
    quality: int,
    mask: npt.NDArray[np.bool_],
    codes: dict[str, int],
    cuts: dict[str, tuple[str, ...]],
) -> _WrittenNames:
    """Return the forms in a column of the records of a mask; with other readings of names."""
    values = column.values.to_pylist()
    ways = [values]
    for place in range(max(map(len, cuts.values()), default=0)):
        ways.append([(*cuts.get(text, ())[place : place + 1], "")[0] for text in values])
    rows, forms = [], []
    for texts in ways:
        coded = np.array([codes.get(text, -1) for text in texts], dtype=np.int32)[column.codes]
        present = mask[column.rows] & (coded >= 0)
        rows.append(column.rows[present])
        forms.append(coded[present])
    count = sum(map(len, rows))
    return _WrittenNames(
        np.concatenate(rows), np.concatenate(forms), np.full(count, quality, dtype=np.uint8)
    )


def _concat_names(parts: list[_WrittenNames]) -> _WrittenNames:
    if not parts:
        none = np.zeros(0, dtype=np.int32)
        return _WrittenNames(none, none, none.astype(np.uint8))
    return _WrittenNames(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.forms for part in parts]),
        np.concatenate([part.quality for part in parts]),
    )


def _compose_names(
    batch: Batch, is_composed: npt.NDArray[np.bool_], parts: dict[str, Ragged]
) -> tuple[Ragged, ByteArray, IntArray]:
    """Return names composed of the parts of some records, their roles, and their records.

    Up to `MAX_NAME_PARTS` given names are combined with as many family names, with middle parts
    between.
    """
    count = len(batch)
    if not parts:
        return Ragged.empty(0), np.zeros(0, dtype=np.uint8), np.zeros(0, dtype=np.int32)
    parts_by_prop = {
        prop: Ragged(batch.columns[prop].offsets(count), batch.columns[prop].codes)
        for prop in parts
    }
    # One combination per (given, family) pair; a record may lack one of them.
    given_counts, family_counts = (
        np.minimum(parts_by_prop.get(prop, Ragged.empty(count)).counts, MAX_NAME_PARTS)
        for prop in ("firstName", "lastName")
    )
    combinations = np.where(
        is_composed, np.maximum(given_counts, 1) * np.maximum(family_counts, 1), 0
    )
    rows = np.repeat(np.arange(count, dtype=np.int32), combinations)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(combinations) - combinations, combinations)
    choice = {
        "firstName": within // np.maximum(family_counts, 1)[rows],
        "lastName": within % np.maximum(family_counts, 1)[rows],
    }
    pieces: list[tuple[Ragged, int]] = []
    for prop, role in _PART_ROLES.items():
        if prop in parts:
            chosen = (
                _chosen_values(parts_by_prop[prop], rows, choice[prop])
                if prop in choice
                else parts_by_prop[prop].take(rows)
            )
            pieces.append((chosen.through(parts[prop]), int(role)))
    words, roles = _interleave(pieces, len(rows))
    return words, _mark_own_names(words, roles), rows


def _mark_own_names(words: Ragged, roles: ByteArray) -> ByteArray:
    """Return the roles with the first word of each stated given name marked as the person's own."""
    first = words.offsets[:-1][words.counts > 0]
    own = first[roles[first] == int(Role.GIVEN)]
    marked = roles.copy()
    marked[own] |= int(Lineage.OWN)
    return marked


def _has_composed_name(batch: Batch, part_columns: list[str]) -> npt.NDArray[np.bool_]:
    """Return which records have a given and a family name, or some part and no written name.

    A part alone is no further name of a person whose name is written: many bear the given name, and
    the father bears the father's.
    """
    count = len(batch)
    has = {prop: np.diff(batch.columns[prop].offsets(count)) > 0 for prop in part_columns}
    none = np.zeros(count, dtype=bool)
    whole = has.get("firstName", none) & has.get("lastName", none)
    some = none.copy()
    for prop in _OWN_PARTS:
        some |= has.get(prop, none)
    written = batch.columns["name"].offsets(count) if "name" in batch.columns else None
    return whole | (some if written is None else some & (np.diff(written) == 0))


def _chosen_values(ragged: Ragged, rows: IntArray, choice: npt.NDArray[np.int64]) -> Ragged:
    """Return the chosen value of each row, none for rows without values."""
    counts = (ragged.counts[rows] > 0).astype(np.int64)
    positions = ragged.offsets[:-1][rows] + choice
    return Ragged(offsets_of(counts), ragged.items[positions[counts > 0]])


def _interleave(pieces: list[tuple[Ragged, int]], count: int) -> tuple[Ragged, ByteArray]:
    """Return per row the items of the first piece, the second …, with the piece's role for each."""
    if not pieces:
        return Ragged.empty(count), np.zeros(0, dtype=np.uint8)
    counts = np.stack([piece.counts for piece, _ in pieces])
    starts = np.cumsum(counts.T.ravel()) - counts.T.ravel()
    starts = starts.reshape(count, len(pieces)).T
    total = int(counts.sum())
    items, roles = np.zeros(total, dtype=np.int32), np.zeros(total, dtype=np.uint8)
    # The role of the only part of a name says little.
    several = (counts > 0).sum(axis=0) > 1
    for number, (piece, role) in enumerate(pieces):
        at = spread(starts[number], counts[number])
        items[at] = piece.items
        roles[at] = np.repeat(np.where(several, role, int(Role.UNSET)), counts[number])
    return Ragged(offsets_of(counts.sum(axis=0)), items), roles


def _forms_of_records(
    rows: IntArray,
    forms: IntArray,
    quality: ByteArray,
    compact: npt.NDArray[np.uint64],
    tokens: Ragged,
    first_composed: int,
    count: int,
) -> tuple[Ragged, ByteArray]:
    """Return the forms of each record, as `_distinct_forms` does, and their quality."""
    filled = tokens.counts[forms] > 0
    rows, forms, quality = rows[filled], forms[filled], quality[filled]
    # Most records of registers have one form, which nothing can be equal to.
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
    """Return different forms by row, best quality first: their rows, the forms and their quality.

    Of equal forms a composed one is kept, with the best quality of all.
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
