"""Bring a canonical batch into normal form (`PreparedBatch`), and count how common its values are.

`prepare` reads each unique value once; after that, everything is codes. `prepare_with_values` also
returns the values, so that `prepare_again` can prepare another batch over the same dictionaries,
such as profiles. `with_frequencies` replaces the frequencies of a prepared batch.

`count_population` counts a population: how common names, words, countries, places and contacts are,
and how far whole names coincide by chance (`name_concentration`). Each source counts once for a
person, so nobody makes a name common by uploading one person often.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.names import token_tables
from resolver.names.name_forms import (
    PART_ROLES,
    NameTables,
    NameValues,
    build_single_names,
    has_all_names_of,
    is_single_reading,
    lay_out_forms,
    read_name_values,
)
from resolver.names.token_tables import Lookup, word_key
from resolver.records.batch import Batch
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import MaterializedBatch, PreparedBatch, Ragged, TokenTable
from resolver.records.prepared.population import (
    DEFAULT_CONCENTRATION,
    MIN_BEARERS,
    MIN_TIED,
    TIES,
    FrequencyTables,
    KindCounts,
    KindPopulation,
    Population,
    ValueCounts,
)
from resolver.records.properties import (
    ADDRESS,
    BIRTHS,
    COUNTRIES,
    FULL_NAMES,
    IDENTIFIERS,
    NAME_PARTS,
    PLACES,
    PROGRAMS,
)
from resolver.runtime.key_groups import group_numbers
from resolver.runtime.key_sets import distinct_hashes
from resolver.runtime.processes import compute_both
from resolver.runtime.threads import threads
from resolver.values.prepared_values import (
    OtherValues,
    lay_out_values,
    read_values,
)

_MIN_PARALLEL = 50_000
"""Minimum number of values that are worth a process."""


@dataclass(frozen=True, slots=True)
class NormalValues:
    """Values of a batch in normal form. They serve every batch over the same dictionaries."""

    names: NameValues
    others: OtherValues

    def with_tokens(self, tokens: TokenTable) -> NormalValues:
        """Return the values with another table of the same tokens."""
        return replace(self, names=replace(self.names, tokens=tokens))


def prepare(
    batch: Batch,
    tables: FrequencyTables,
    lookup: Lookup,
    deduplicated_sources: Iterable[str] = (),
    workers: int = 1,
) -> MaterializedBatch:
    """Normalize a canonical batch.

    `lookup` gives the symbols of words. No two entries of one of the `deduplicated_sources` are the
    same person or group.
    The result does not depend on `workers` (processes and threads).
    """
    return prepare_with_values(batch, tables, lookup, deduplicated_sources, workers)[0]


def prepare_with_values(
    batch: Batch,
    tables: FrequencyTables,
    lookup: Lookup,
    deduplicated_sources: Iterable[str] = (),
    workers: int = 1,
) -> tuple[MaterializedBatch, NormalValues | None]:
    """Normalize a canonical batch as `prepare` does, and also return its values.

    The values are None for a single record, whose words are read individually.
    """
    if is_single_reading(batch):
        single = build_single_names(batch, tables, lookup)
        fields = lay_out_values(batch, read_values(batch, tables))
        return _unite(batch, single, fields, deduplicated_sources), None

    def lay_out_others() -> tuple[OtherValues, dict[str, Any]]:
        """Return the values other than names, and the records laid out by them."""
        others = read_values(batch, tables)
        return others, lay_out_values(batch, others)

    def lay_out_all_names() -> tuple[NameValues, NameTables]:
        """Return the values of names, and the names of records."""
        values = read_name_values(batch, tuple(PART_ROLES), tables, lookup, workers)
        return values, lay_out_forms(batch, values, workers)

    (name_values, names), (others, values) = compute_both(
        lay_out_all_names,
        lay_out_others,
        parallel=workers > 1 and sum(map(len, batch.columns.values())) >= _MIN_PARALLEL,
    )
    prepared = _unite(batch, names, values, deduplicated_sources)
    return prepared, NormalValues(name_values, others)


def has_all_values(batch: Batch, values: NormalValues) -> bool:
    """Return True if `prepare_again` can normalize a batch with the values of another batch."""
    return has_all_names_of(batch, values.names)


def prepare_again(batch: Batch, values: NormalValues, workers: int = 1) -> MaterializedBatch:
    """Normalize a batch with the dictionaries of another batch, whose values have been read.

    The result is that of `prepare`, except for table rows that no record uses.
    """
    names = lay_out_forms(batch, values.names, workers)
    return _unite(batch, names, lay_out_values(batch, values.others), ())


def _unite(
    batch: Batch, names: NameTables, values: dict[str, Any], deduplicated_sources: Iterable[str]
) -> MaterializedBatch:
    """Return the prepared batch of names and other values."""
    source_texts = batch.sources.values.to_pylist()
    different = frozenset(deduplicated_sources)
    all_different = np.array(list(map(different.__contains__, source_texts)), dtype=bool)
    return MaterializedBatch(
        ids=batch.ids,
        kinds=batch.kinds,
        sources=batch.sources.codes,
        source_names=tuple(source_texts),
        is_deduplicated=all_different[batch.sources.codes]
        if len(source_texts)
        else np.zeros(len(batch), dtype=bool),
        tokens=names.tokens,
        forms=names.forms,
        names=names.names,
        name_quality=names.quality,
        **values,
    )


Numbers = npt.NDArray[np.int64]
_SIDES = (int(Kind.PERSON), int(Kind.GROUP | Kind.ASSET))
_PRIOR_PAIRS = 5.0
"""Weight of the default concentration, as a number of pairs of namesakes."""
_YEARS_APART = 2
"""Maximum number of years between two birth dates that may still belong to one person."""
SHARED_PROPERTIES = ("phone", "email", "website", *TIES)
"""Plain properties for which the names of each value are counted."""
COUNTED_PROPERTIES = frozenset(
    (*FULL_NAMES, *NAME_PARTS, *COUNTRIES, *PROGRAMS, *IDENTIFIERS, *SHARED_PROPERTIES)
) | {*BIRTHS, *PLACES, ADDRESS}
"""Properties that a count of a population reads."""
MAX_NAME_SHARE = 0.003
"""Largest share of records with one name. A more common name is no name, but a title."""
CONCENTRATION_RANGE = (-300, 1_300)
_MIN_COUNTED_PARALLEL, _FEW_VALUES = 50_000, 2**16
"""Minimum number of records for which threads save time, and minimum number of values that are
counted without sorting.
"""
_MAX_KEY = 2**62


def with_frequencies(
    prepared: PreparedBatch, tables: FrequencyTables, workers: int = 1
) -> MaterializedBatch:
    """Return the batch that `prepare` would return with other frequency tables.

    The tables may differ only in their counts of the present records. The result does not depend on
    `workers` (processes).
    """
    tokens = token_tables.with_frequencies(prepared.tokens, tables, workers)
    return replace(MaterializedBatch.of(prepared), tokens=tokens)


def count_population(
    prepared: PreparedBatch,
    sides: npt.NDArray[np.uint8] | None = None,
    visible: npt.NDArray[np.bool_] | None = None,
    workers: int = 1,
) -> Population:
    """Count the population of a prepared batch. Its share of true pairs is the reference.

    Only `visible` records count (None: all). With `sides` (0 or 1 for each record), the number of
    records of a kind is that of its larger side. The result does not depend on `workers` (threads).
    """
    mask = np.ones(len(prepared), dtype=bool) if visible is None else visible
    is_person = mask & ((prepared.kinds & int(Kind.PERSON)) != 0)
    parts: tuple[Callable[[], Any], ...] = (
        lambda: name_concentration(prepared, is_person, workers),
        lambda: _count_values_of(prepared, np.flatnonzero(mask)),
    )
    with threads(workers if len(prepared) >= _MIN_COUNTED_PARALLEL else 1) as pool:
        concentration, counts = pool.map(lambda count: count(), parts)
    kinds = {}
    for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET):
        is_kind = mask & ((prepared.kinds & int(kind)) != 0)
        numbers = np.zeros(1) if sides is None else sides
        count = max(int((is_kind & (numbers == side)).sum()) for side in set(numbers.tolist()))
        kinds[kind.label] = KindPopulation(
            count, concentration=concentration if kind == Kind.PERSON else 0
        )
    return Population(kinds, counts)


def _count_values_of(prepared: PreparedBatch, rows: Numbers) -> ValueCounts:
    """Return the counts of the values of some rows. Each statement of a source counts once."""
    rows = _first_statements(prepared, rows)
    sides = [rows[(prepared.kinds[rows] & bits) != 0] for bits in _SIDES]
    persons, groups = (_count_kind(prepared, side) for side in sides)
    return ValueCounts(persons, groups, _count_bearers(prepared, rows))


def _count_kind(prepared: PreparedBatch, rows: Numbers) -> KindCounts:
    """Return the counts of some rows, of one kind."""
    return KindCounts(
        len(rows),
        _count_words(prepared, rows),
        _count_countries(prepared, rows),
        _count_places(prepared, rows),
    )


def _count_countries(prepared: PreparedBatch, rows: Numbers) -> dict[str, int]:
    """Return how many of the rows state each country in any way."""
    items = prepared.linked_countries.take(rows).items
    counts = np.bincount(items, minlength=len(prepared.country_codes)).tolist()
    return {
        code: count
        for code, count in zip(prepared.country_codes, counts, strict=True)
        if code and count
    }


def _count_places(prepared: PreparedBatch, rows: Numbers) -> dict[str, int]:
    """Return how many of the rows state each birth place or address, by its words."""
    total: Counter[str] = Counter()
    for side, table in (
        (prepared.birth_places, prepared.place_table),
        (prepared.addresses, prepared.address_table),
    ):
        items = side.take(rows).items
        if len(items):
            counts = np.bincount(items, minlength=len(table.normal))
            for index in np.flatnonzero(counts).tolist():
                total[str(table.normal[index])] += int(counts[index])
    return {text: count for text, count in total.items() if text and count >= MIN_BEARERS}


def _count_bearers(prepared: PreparedBatch, rows: Numbers) -> dict[str, dict[str, int]]:
    """Return the number of names that have each of some values: property → value → number of
    names.
    """
    sides: list[tuple[str, Ragged, npt.NDArray[np.object_]]] = [
        (prop, prepared.plain[prop][0], prepared.plain[prop][1].texts) for prop in SHARED_PROPERTIES
    ]
    sides.append(("identifier", prepared.identifiers, prepared.identifier_table.texts))
    if not any(len(side.items) for _, side, _ in sides):
        return {}
    names, bearers = _name_keys(prepared), {}
    for prop, side, texts in sides:
        chosen = side.take(rows)
        if len(chosen.items):
            values, codes = np.unique(texts[chosen.items].astype(str), return_inverse=True)
            name = np.unique(names[np.repeat(rows, chosen.counts)], return_inverse=True)[1]
            pairs = np.unique(codes.astype(np.int64) << 32 | name)
            counts = np.bincount(pairs >> 32, minlength=len(values))
            least = MIN_TIED if prop in TIES else MIN_BEARERS
            bearers[prop] = {
                str(values[index]): int(counts[index])
                for index in np.flatnonzero(counts >= least).tolist()
                if values[index]
            }
    return {prop: counts for prop, counts in bearers.items() if counts}


def _name_keys(prepared: PreparedBatch) -> npt.NDArray[np.uint64]:
    """Return a hash of the sounds of the words in each row's first name, which does not depend on
    their order; 0 if the row has no name.
    """
    forms = _first_items(prepared.names)
    keys = np.zeros(len(prepared), dtype=np.uint64)
    has_name = np.flatnonzero(forms >= 0)
    words = prepared.forms.tokens.take(forms[has_name])
    table = prepared.tokens
    sounds = np.where(table.sound != 0, table.sound, table.hashes)[words.items]
    np.add.at(keys, np.repeat(has_name, words.counts), sounds)
    return keys


def _first_statements(prepared: PreparedBatch, rows: Numbers) -> Numbers:
    """Return the first row of each combination of source, name and birth date, and all rows without
    a name.

    So nobody makes a name common by uploading one person often.
    """
    names, births = _first_items(prepared.names)[rows], _first_items(prepared.births)[rows]
    sources = prepared.sources[rows].astype(np.int64)
    columns = (sources, names + 1, births + 1)
    sizes = [int(column.max(initial=0)) + 1 for column in columns]
    if math.prod(sizes) < _MAX_KEY:
        places, starts = group_numbers(np.ravel_multi_index(columns, sizes).astype(np.int64))
        first = places[starts[:-1]].astype(np.int64)
    else:
        first = np.unique(np.stack(columns, axis=1), axis=0, return_index=True)[1]
    is_first = names < 0
    is_first[first] = True
    return rows[is_first]


def _first_items(column: Ragged) -> Numbers:
    """Return the first item of each row; -1 for rows without items."""
    items = np.full(len(column), -1, dtype=np.int64)
    has_items = np.flatnonzero(column.counts > 0)
    items[has_items] = column.items[column.offsets[:-1][has_items]]
    return items


def _count_words(prepared: PreparedBatch, rows: Numbers) -> dict[str, int]:
    """Return sound of a word → number of rows with such a word; only sounds of at least two rows
    are included.
    """
    names, tokens = prepared.names.take(rows), prepared.forms.tokens
    words = names.through(tokens)
    if not len(words.items):
        return {}
    table = prepared.tokens
    sounds = np.where(table.sound != 0, table.sound, table.hashes)
    first, sound_of = np.unique(sounds, return_index=True, return_inverse=True)[1:]
    # Each sound counts once per row. Numbers begin at 1, because 0 means no sound.
    numbers = (sound_of + 1).astype(np.uint64)[words.items]
    borne, ends = np.empty_like(numbers), np.zeros_like(words.offsets)
    filled = distinct_hashes(words.offsets, numbers, borne, ends)
    counts = np.bincount(borne[:filled].astype(np.int64) - 1, minlength=len(first))
    return {
        word_key(str(table.texts[first[number]])): int(counts[number])
        for number in np.flatnonzero(counts > 1).tolist()
    }


def name_concentration(
    prepared: PreparedBatch, is_person: npt.NDArray[np.bool_], workers: int = 1
) -> int:
    """Return the concentration of person names (see `KindPopulation`).

    It compares the number of namesakes with the number that the frequencies of single words
    explain. Namesakes are two people with the same first and last word in their principal names.
    Lists of many cultures have more namesakes than single words explain, since names of one culture
    go together. Only pairs count whose birth dates differ in the year, by some years, and in the
    day of the year: dates of one person rarely differ in both. Very common names are titles ("Sir …
    Baronet") and do not count. The result does not depend on `workers` (threads).
    """
    lowest, highest = CONCENTRATION_RANGE
    words, dates = _outer_words(prepared, np.flatnonzero(is_person))
    if len(words) < 2:
        return DEFAULT_CONCENTRATION
    counts = np.bincount(words.ravel()).astype(np.float64)
    is_counted, observed = _count_namesakes(words, dates, workers)
    others = (counts[words] - 1).prod(axis=1) / (2 * len(words))
    total = len(dates) * (len(dates) - 1) / 2
    apart_share = _count_apart(np.zeros(len(dates), dtype=np.int64), dates) / total
    expected = float(others[is_counted].sum()) * apart_share
    prior = _PRIOR_PAIRS * math.exp(DEFAULT_CONCENTRATION / 1000)
    ratio = (observed + prior) / (expected + _PRIOR_PAIRS)
    return min(max(round(1000 * math.log(ratio)), lowest), highest)


def _count_namesakes(
    words: Numbers, dates: Numbers, workers: int
) -> tuple[npt.NDArray[np.bool_], float]:
    """Return which names are not too common, and the number of pairs of these names with dates far
    apart.

    `words` has the first and the last word of each name. `dates` has the year and the day of birth
    of its bearer.
    """
    low, high = words.min(axis=1), words.max(axis=1)
    most = max(MAX_NAME_SHARE * len(words), 10)
    is_counted = np.zeros(len(words), dtype=bool)
    parts = min(workers, len(words) // _MIN_COUNTED_PARALLEL + 1)

    def count(part: int) -> float:
        """Count the pairs of the names whose first word is in one part of all words."""
        rows = np.flatnonzero(low % parts == part)
        places, starts = group_numbers(low[rows] << 32 | high[rows])
        rows, sizes = rows[places], np.diff(starts)
        is_rare = sizes <= most
        is_counted[rows] = np.repeat(is_rare, sizes)
        # A name with one bearer has no pairs.
        is_paired = is_rare & (sizes > 1)
        bearers = rows[np.repeat(is_paired, sizes)]
        name = np.repeat(np.arange(np.count_nonzero(is_paired)), sizes[is_paired])
        return _count_apart(name, dates[bearers])

    with threads(parts) as pool:
        return is_counted, sum(pool.map(count, range(parts)))


def _outer_words(prepared: PreparedBatch, rows: Numbers) -> tuple[Numbers, Numbers]:
    """Return first and last word, and year and day of birth, of all rows that state them."""
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
    """Count the pairs with the same name, different days, and years that are more than two
    apart.
    """
    year, day = dates[:, 0], dates[:, 1]
    of_day = name << 9 | day
    close = _count_close(name, year) + count_equal_pairs(of_day) - _count_close(of_day, year)
    return count_equal_pairs(name) - close


def count_equal_pairs(keys: Numbers) -> float:
    """Count the pairs of equal keys."""
    sizes = _count_values(keys)[1].astype(np.float64)
    return float((sizes * (sizes - 1) / 2).sum())


def _count_close(name: Numbers, year: Numbers) -> float:
    """Count the pairs of one name whose years are at most two years apart."""
    if not len(name):
        return 0.0
    since = year - year.min()
    # The span of a name is wide enough that no year of the next name is within the gap.
    span = int(since.max()) + 1 + _YEARS_APART
    keys, counts = _count_values(name * span + since)
    sizes = counts.astype(np.float64)
    total = float((sizes * (sizes - 1) / 2).sum())
    for gap in range(1, _YEARS_APART + 1):
        index = np.searchsorted(keys, keys + gap).clip(max=len(keys) - 1)
        total += float((sizes * np.where(keys[index] == keys + gap, sizes[index], 0.0)).sum())
    return total


def _count_values(keys: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct values, ascending, and how often each occurs."""
    if len(keys) and keys.min() >= 0 and keys.max() < max(2 * len(keys), _FEW_VALUES):
        counts = np.bincount(keys)
        values = np.flatnonzero(counts)
        return values, counts[values]
    return np.unique(keys, return_counts=True)
