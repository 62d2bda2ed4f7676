"""Name forms: every written name of a record, and names put together from name parts, as rows of one table.

A person's full names and the names put together from parts stand side by side; where both say the same, the one whose
parts have roles is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.normalize.lexicons.name_roles import likely_roles
from resolver.normalize.name_tokens import bracketed, other_cut
from resolver.normalize.single_record import as_rows, names_of_one
from resolver.normalize.token_tables import (
    Lookup,
    build_lexicon,
    compact_hashes,
    joined_hashes,
)
from resolver.records.batch import Batch, IntArray
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import (
    ByteArray,
    NameQuality,
    NameTable,
    Role,
    TokenTable,
)
from resolver.records.prepared.frequencies import Tables
from resolver.records.prepared.ragged import Ragged, offsets_of, spread

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
    "fatherName": Role.MIDDLE,
    "lastName": Role.FAMILY,
}
_PLAIN = frozenset((int(Kind.PERSON), int(Kind.GROUP), int(Kind.ASSET)))
"""The kinds whose names are read in one way."""
MOST_PARTS = 16
"""A record that gives more given or family names than anybody bears must not make millions of names of them."""


@dataclass(frozen=True, slots=True)
class Names:
    """The tables of names and which records bear which."""

    tokens: TokenTable
    forms: NameTable
    names: Ragged
    quality: ByteArray


@dataclass(frozen=True, slots=True)
class _Written:
    rows: IntArray
    forms: IntArray
    quality: ByteArray


def name_forms(batch: Batch, tables: Tables, lookup: Lookup) -> Names:
    """All names of a canonical batch."""
    if (
        len(batch) == 1
        and int(batch.kinds[0]) in _PLAIN
        and not any(prop in batch.columns for prop in _PART_ROLES)
    ):
        return _of_one(batch, tables, lookup)
    person = batch.kinds == int(Kind.PERSON)
    # whoever may be either is told in both ways
    full_texts, written = _written_names(batch, (batch.kinds & int(Kind.PERSON)) != 0, ~person)
    part_columns = [prop for prop in _PART_ROLES if prop in batch.columns]
    part_texts = [batch.columns[prop].values.to_pylist() for prop in part_columns]
    lexicon = build_lexicon([full_texts[0], *part_texts], [full_texts[1]], tables, lookup)
    full_person, *parts, full_group = lexicon.tokens_of
    composed, composed_roles, composed_rows = _composed(
        batch, person, dict(zip(part_columns, parts, strict=True))
    )
    tokens = _stack([full_person, full_group, composed])
    guessed = likely_roles(full_person, full_texts[0], lexicon.table, tables)
    roles = np.concatenate(
        [guessed, np.zeros(len(full_group.items), dtype=np.uint8), composed_roles]
    )
    compact = compact_hashes(tokens, lexicon.table)
    texts = np.empty(len(tokens), dtype=object)
    texts[: len(full_texts[0])] = full_texts[0]
    texts[len(full_texts[0]) : len(full_texts[0]) + len(full_texts[1])] = full_texts[1]
    first = len(full_person) + len(full_group)
    rows = np.concatenate([written.rows, composed_rows])
    forms = np.concatenate([written.forms, np.arange(first, first + len(composed), dtype=np.int32)])
    quality = np.concatenate([written.quality, np.zeros(len(composed), dtype=np.uint8)])
    names, kept_quality = _per_record(rows, forms, quality, compact, tokens, first, len(batch))
    table = NameTable(tokens, roles, *joined_hashes(tokens, lexicon.table), compact, texts)
    return Names(lexicon.table, table, names, kept_quality)


def _of_one(batch: Batch, tables: Tables, lookup: Lookup) -> Names:
    """All names of a single record."""
    person = int(batch.kinds[0]) == int(Kind.PERSON)
    held = [
        (batch.columns[prop].values.to_pylist(), int(quality))
        for prop, quality in _QUALITY.items()
        if prop in batch.columns
    ]
    tokens, table, forms, quality = names_of_one(
        held, other_cut if person else bracketed, person, tables, lookup
    )
    return Names(tokens, table, as_rows(forms), np.array(quality, dtype=np.uint8))


def _written_names(
    batch: Batch, *sides: npt.NDArray[np.bool_]
) -> tuple[tuple[list[str], list[str]], _Written]:
    """Unique full names of persons and of others (`sides`: which records may be either), and which record bears which,
    form codes counting persons' first."""
    held = [
        (batch.columns[prop], int(quality))
        for prop, quality in _QUALITY.items()
        if prop in batch.columns
    ]
    texts: tuple[list[str], list[str]] = ([], [])
    places: list[dict[str, int]] = []
    cuts: list[dict[str, tuple[str, ...]]] = []
    for other_ways, bearing in zip((other_cut, bracketed), sides, strict=True):
        found: set[str] = set()
        for column, _quality in held:
            used = np.zeros(len(column.values), dtype=bool)
            used[column.codes[bearing[column.rows]]] = True
            found.update(column.values.filter(used).to_pylist())
        cuts.append({text: ways for text in sorted(found) if (ways := other_ways(text))})
        found.update(way for ways in cuts[-1].values() for way in ways)
        texts[len(places)].extend(sorted(found))
        places.append({text: code for code, text in enumerate(texts[len(places)])})
    rows, forms, qualities = [], [], []
    for column, quality in held:
        values = column.values.to_pylist()
        for place, bearing, first, more in zip(
            places, sides, (0, len(texts[0])), cuts, strict=True
        ):
            coded = np.array([place.get(text, -1) for text in values], dtype=np.int32) + np.int32(
                first
            )
            held_here = bearing[column.rows]
            rows.append(column.rows[held_here])
            forms.append(coded[column.codes[held_here]])
            qualities.append(np.full(int(held_here.sum()), quality, dtype=np.uint8))
            for way in range(max(map(len, more.values()), default=0)):
                # a name that may be read in several ways counts as each
                said = (more.get(text, ())[way : way + 1] for text in values)
                other = np.array([place[text[0]] if text else -1 for text in said], dtype=np.int32)[
                    column.codes
                ]
                other_here = held_here & (other >= 0)
                rows.append(column.rows[other_here])
                forms.append(other[other_here] + np.int32(first))
                qualities.append(np.full(int(other_here.sum()), quality, dtype=np.uint8))
    if not rows:
        none = np.zeros(0, dtype=np.int32)
        return texts, _Written(none, none, none.astype(np.uint8))
    return texts, _Written(np.concatenate(rows), np.concatenate(forms), np.concatenate(qualities))


def _composed(
    batch: Batch, person: npt.NDArray[np.bool_], parts: dict[str, Ragged]
) -> tuple[Ragged, ByteArray, IntArray]:
    """Names put together from parts: every given name with every family name (the first `MOST_PARTS` of either), middle
    parts in between."""
    count = len(batch)
    if not parts:
        return Ragged.empty(0), np.zeros(0, dtype=np.uint8), np.zeros(0, dtype=np.int32)
    of = {
        prop: Ragged(batch.columns[prop].offsets(count), batch.columns[prop].codes)
        for prop in parts
    }
    # one combination a (given, family) pair; a record that lacks the one has the other alone
    given, family = (
        np.minimum(of.get(prop, Ragged.empty(count)).counts, MOST_PARTS)
        for prop in ("firstName", "lastName")
    )
    any_part = np.zeros(count, dtype=bool)
    for ragged in of.values():
        any_part |= ragged.counts > 0
    combinations = np.where(any_part & person, np.maximum(given, 1) * np.maximum(family, 1), 0)
    rows = np.repeat(np.arange(count, dtype=np.int32), combinations)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(combinations) - combinations, combinations)
    choice = {
        "firstName": within // np.maximum(family, 1)[rows],
        "lastName": within % np.maximum(family, 1)[rows],
    }
    pieces: list[tuple[Ragged, int]] = []
    for prop, role in _PART_ROLES.items():
        if prop in parts:
            chosen = (
                _one_value(of[prop], rows, choice[prop]) if prop in choice else of[prop].take(rows)
            )
            pieces.append((chosen.through(parts[prop]), int(role)))
    return *_interleave(pieces, len(rows)), rows


def _one_value(ragged: Ragged, rows: IntArray, choice: npt.NDArray[np.int64]) -> Ragged:
    """The chosen value of each row, none where the row has none."""
    counts = (ragged.counts[rows] > 0).astype(np.int64)
    positions = ragged.offsets[:-1][rows] + choice
    return Ragged(offsets_of(counts), ragged.items[positions[counts > 0]])


def _interleave(pieces: list[tuple[Ragged, int]], count: int) -> tuple[Ragged, ByteArray]:
    """Row by row, the items of the first piece, then of the second …; with the piece's role beside each item."""
    if not pieces:
        return Ragged.empty(count), np.zeros(0, dtype=np.uint8)
    counts = np.stack([piece.counts for piece, _ in pieces])
    starts = np.cumsum(counts.T.ravel()) - counts.T.ravel()
    starts = starts.reshape(count, len(pieces)).T
    total = int(counts.sum())
    items, roles = np.zeros(total, dtype=np.int32), np.zeros(total, dtype=np.uint8)
    # a name of one part alone: which part it is filed under says little
    several = (counts > 0).sum(axis=0) > 1
    for number, (piece, role) in enumerate(pieces):
        at = spread(starts[number], counts[number])
        items[at] = piece.items
        roles[at] = np.repeat(np.where(several, role, int(Role.UNSET)), counts[number])
    return Ragged(offsets_of(counts.sum(axis=0)), items), roles


def _stack(parts: list[Ragged]) -> Ragged:
    counts = np.concatenate([part.counts for part in parts])
    return Ragged(offsets_of(counts), np.concatenate([part.items for part in parts]))


def _per_record(
    rows: IntArray,
    forms: IntArray,
    quality: ByteArray,
    compact: npt.NDArray[np.uint64],
    tokens: Ragged,
    first_composed: int,
    count: int,
) -> tuple[Ragged, ByteArray]:
    """Record → forms, best quality first; of forms that say the same, the composed one stays, with the best quality any
    has."""
    filled = tokens.counts[forms] > 0
    rows, forms, quality = rows[filled], forms[filled], quality[filled]
    order = np.lexsort((forms, quality, compact[forms], rows))
    rows, forms, quality = rows[order], forms[order], quality[order]
    same = compact[forms]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]) | (same[1:] != same[:-1])
    group = np.cumsum(first) - 1
    heads = np.flatnonzero(first)
    best = forms[heads].copy()
    np.maximum.at(best, group, np.where(forms >= first_composed, forms, np.int32(-1)))
    kept_rows, kept_quality = rows[heads], quality[heads]
    order = np.lexsort((best, kept_quality, kept_rows))
    return Ragged(offsets_of(np.bincount(kept_rows, minlength=count)), best[order]), kept_quality[
        order
    ]
