"""Counts of a population: words of its names, and how far whole names coincide by chance."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from resolver.normalize import token_tables
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import MaterializedBatch, PreparedBatch
from resolver.records.prepared.frequencies import FrequencyTables, WordCounts
from resolver.records.prepared.population import (
    DEFAULT_CONCENTRATION,
    KindPopulation,
    Population,
)
from resolver.records.prepared.ragged import Ragged
from resolver.records.properties import FULL_NAMES, NAME_PARTS

Numbers = npt.NDArray[np.int64]
_ORGANISED = int(Kind.GROUP | Kind.ASSET)
_PRIOR_PAIRS = 5.0
"""Pairs of namesakes that weigh as much as the default concentration."""
_YEARS_APART = 2
"""Years from which two birth dates are taken to be those of two people."""
COUNTED_PROPERTIES = frozenset((*FULL_NAMES, *NAME_PARTS, "birthDate"))
"""Properties that counts read."""
MAX_NAME_SHARE = 0.003
"""Share of the records that bear one name above which it is no name of persons."""
CONCENTRATION_RANGE = (-300, 1_300)


def with_frequencies(prepared: PreparedBatch, tables: FrequencyTables) -> MaterializedBatch:
    """Return a prepared batch as `prepare` makes it with other frequency tables.

    The tables may differ in the counts at hand only.
    """
    tokens = token_tables.with_frequencies(prepared.tokens, tables)
    return replace(MaterializedBatch.of(prepared), tokens=tokens)


def count_population(
    prepared: PreparedBatch,
    sides: npt.NDArray[np.uint8] | None = None,
    visible: npt.NDArray[np.bool_] | None = None,
) -> Population:
    """Count the records of a prepared batch; true pairs per record are the reference.

    Only `visible` records count (None: all). With `sides` (0 or 1 for each record) a kind has the
    records of its larger side.
    """
    mask = np.ones(len(prepared), dtype=bool) if visible is None else visible
    kinds = {}
    for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET):
        is_kind = mask & ((prepared.kinds & int(kind)) != 0)
        numbers = np.zeros(1) if sides is None else sides
        count = max(int((is_kind & (numbers == side)).sum()) for side in set(numbers.tolist()))
        kinds[kind.label] = KindPopulation(
            count,
            concentration=name_concentration(prepared, is_kind) if kind == Kind.PERSON else 0,
        )
    rows = np.flatnonzero(mask & _is_first_statement(prepared, mask))
    persons = rows[(prepared.kinds[rows] & int(Kind.PERSON)) != 0]
    groups = rows[(prepared.kinds[rows] & _ORGANISED) != 0]
    words = WordCounts(
        len(persons), _count_words(prepared, persons), len(groups), _count_words(prepared, groups)
    )
    return Population(kinds, words)


def _is_first_statement(
    prepared: PreparedBatch, visible: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Return a mask of the first record of each source, name and birth date.

    So nobody makes a name common by uploading one person often.
    """
    columns = (prepared.sources, _first_items(prepared.names), _first_items(prepared.births))
    key = np.stack([*columns, visible], axis=1).astype(np.int64)
    first: npt.NDArray[np.bool_] = np.zeros(len(key), dtype=bool)
    first[np.unique(key, axis=0, return_index=True)[1]] = True
    return first | (columns[1] < 0)


def _first_items(column: Ragged) -> Numbers:
    """Return the first item of each row, -1 for rows without any."""
    items = np.full(len(column), -1, dtype=np.int64)
    has_items = np.flatnonzero(column.counts > 0)
    items[has_items] = column.items[column.offsets[:-1][has_items]]
    return items


def _count_words(prepared: PreparedBatch, rows: Numbers) -> dict[str, int]:
    """Return how many of the rows bear each token, for tokens of two rows or more."""
    names, tokens = prepared.names.take(rows), prepared.forms.tokens
    words = names.through(tokens)
    if not len(words.items):
        return {}
    row_of = np.repeat(np.arange(len(rows), dtype=np.int64), words.counts)
    texts = prepared.tokens.texts
    # equal texts lie side by side, with the flags of persons' and of groups' names
    text_of = np.cumsum(np.concatenate([[False], texts[1:] != texts[:-1]]))
    borne = np.unique(row_of << 32 | text_of[words.items]) & 0xFFFFFFFF
    counts = np.bincount(borne, minlength=int(text_of[-1]) + 1)
    first = np.unique(text_of, return_index=True)[1]
    return {
        str(texts[first[number]]): int(counts[number])
        for number in np.flatnonzero(counts > 1).tolist()
    }


def name_concentration(prepared: PreparedBatch, is_person: npt.NDArray[np.bool_]) -> int:
    """Return the concentration of person names (see `KindPopulation`).

    Of two people whose birth dates differ in both the year, by some years, and the day of the year,
    counts how many have the same first and last word in their principal names, against the number
    that the words' own frequencies explain. Names of one culture go together, so lists of many
    cultures have more namesakes than that. Dates of one person rarely differ in both; very common
    names are titles ("Sir … Baronet") and do not count.
    """
    lowest, highest = CONCENTRATION_RANGE
    words, dates = _outer_words(prepared, np.flatnonzero(is_person))
    if len(words) < 2:
        return DEFAULT_CONCENTRATION
    counts = np.bincount(words.ravel()).astype(np.float64)
    low, high = words.min(axis=1), words.max(axis=1)
    name, sizes = np.unique(low << 32 | high, return_inverse=True, return_counts=True)[1:]
    is_counted = sizes[name] <= max(MAX_NAME_SHARE * len(words), 10)
    others = (counts[words] - 1).prod(axis=1) / (2 * len(words))
    total = len(dates) * (len(dates) - 1) / 2
    apart_share = _count_apart(np.zeros(len(dates), dtype=np.int64), dates) / total
    observed = _count_apart(name.astype(np.int64)[is_counted], dates[is_counted])
    expected = float(others[is_counted].sum()) * apart_share
    prior = _PRIOR_PAIRS * math.exp(DEFAULT_CONCENTRATION / 1000)
    ratio = (observed + prior) / (expected + _PRIOR_PAIRS)
    return min(max(round(1000 * math.log(ratio)), lowest), highest)


def _outer_words(prepared: PreparedBatch, rows: Numbers) -> tuple[Numbers, Numbers]:
    """Return first and last word, and year and day of birth, of the rows that have all four."""
    forms, births = _first_items(prepared.names)[rows], _first_items(prepared.births)[rows]
    usable = (forms >= 0) & (births >= 0)
    forms, births = forms[usable], births[usable]
    tokens, table = prepared.forms.tokens, prepared.dates
    month, day = (part[births].astype(np.int64) for part in (table.month, table.day))
    year = table.year[births].astype(np.int64)
    chosen = (tokens.counts[forms] > 1) & (year > 0) & (month > 0) & (day > 0)
    starts, counts = tokens.offsets[:-1][forms[chosen]], tokens.counts[forms[chosen]]
    items = tokens.items.astype(np.int64)
    words = np.stack([items[starts], items[starts + counts - 1]], axis=1)
    return words, np.stack([year[chosen], (month * 32 + day)[chosen]], axis=1)


def _count_apart(name: Numbers, dates: Numbers) -> float:
    """Count the pairs of one name whose years and days of birth differ, years by more than two."""
    year, day = dates[:, 0], dates[:, 1]
    of_day = name << 9 | day
    close = _count_close(name, year) + _count_pairs(of_day) - _count_close(of_day, year)
    return _count_pairs(name) - close


def _count_pairs(keys: Numbers) -> float:
    sizes = np.unique(keys, return_counts=True)[1].astype(np.float64)
    return float((sizes * (sizes - 1) / 2).sum())


def _count_close(name: Numbers, year: Numbers) -> float:
    """Count the pairs of one name whose years are at most two years apart."""
    if not len(name):
        return 0.0
    keys, counts = np.unique(name << 16 | year, return_counts=True)
    sizes = counts.astype(np.float64)
    total = float((sizes * (sizes - 1) / 2).sum())
    for gap in range(1, _YEARS_APART + 1):
        place = np.searchsorted(keys, keys + gap).clip(max=len(keys) - 1)
        total += float((sizes * np.where(keys[place] == keys + gap, sizes[place], 0.0)).sum())
    return total
