"""Records of equal normal form whose keys are all too frequent to compare their bearers.

Block purging drops a key that would make too many pairs. Records that agree in everything have the
same keys, so more of them than a key may have would never be compared. Each of them is compared
with one that stands for all: as many pairs as records, whatever their number. What two such records
would score is what each scores with that one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.blocking.keys import mix
from resolver.records.batch import IntArray
from resolver.records.prepared.assembly import assemble
from resolver.records.prepared.batch import HashArray, MaterializedBatch, PlaceTable, PreparedBatch
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.row_selection import BatchRows

Numbers = npt.NDArray[np.int64]
NO_TWINS: IntArray = np.zeros((0, 2), dtype=np.int32)


def pair_identical_rows(
    prepared: PreparedBatch,
    rows: Numbers,
    is_last: npt.NDArray[np.bool_] | None = None,
    sides: npt.NDArray[np.uint8] | None = None,
) -> IntArray:
    """Return pairs (n × 2) of the row that stands for others of equal normal form, and each other.

    `rows` (ascending) are those to look at. The first row stands for others; those of `is_last` (a
    flag per row of the batch) only where there is none but them. Entries of a deduplicated list
    have one of their own, which is compared with that of the others: by themselves they may differ.
    With `sides` (of each row of the batch) two sets are linked: one row of each side stands for its
    side, and is compared with all rows of the other one.
    """
    if len(rows) < 2:
        return NO_TWINS
    lists = np.where(prepared.is_deduplicated[rows], prepared.sources[rows].astype(np.int64) + 1, 0)
    return pair_equal_contents(
        rows,
        hash_contents([BatchRows(prepared, rows)]),
        _words(lists),
        np.zeros(len(rows), dtype=bool) if is_last is None else is_last[rows],
        None if sides is None else sides[rows],
    )


def pair_equal_contents(
    rows: Numbers,
    hashes: HashArray,
    lists: HashArray,
    is_last: npt.NDArray[np.bool_],
    sides: npt.NDArray[np.uint8] | None,
) -> IntArray:
    """Return what `pair_identical_rows` does, by a hash of the content of each row.

    `lists`: a number or hash of the deduplicated list of each row, 0 for rows of other lists.
    """
    order = np.argsort(is_last, kind="stable")
    rows, hashes, lists = rows[order], hashes[order], lists[order]
    hub = _first_equal(rows, mix(hashes, lists))
    if sides is not None:
        is_used = (lists == 0) | (hub == rows)
        return _pair_across(rows[is_used], hashes[is_used], sides[order][is_used])
    hub = np.where(hub == rows, _first_equal(rows, hashes), hub)
    is_other = hub != rows
    return np.stack([hub[is_other], rows[is_other]], axis=1).astype(np.int32)


def _pair_across(rows: Numbers, hashes: HashArray, sides: npt.NDArray[np.uint8]) -> IntArray:
    """Return pairs of the first row of each hash on one side and all its rows on the other."""
    pairs = [np.zeros((0, 2), dtype=np.int64)]
    for side in (0, 1):
        is_own, is_other = sides != 1 - side, sides != side
        distinct, first = np.unique(hashes[is_own], return_index=True)
        has_hub = is_other & np.isin(hashes, distinct)
        hub = rows[is_own][first[np.searchsorted(distinct, hashes[has_hub])]]
        pairs.append(np.sort(np.stack([hub, rows[has_hub]], axis=1), axis=1))
    every = np.unique(np.concatenate(pairs), axis=0)
    return every[every[:, 0] < every[:, 1]].astype(np.int32)


def _first_equal(rows: Numbers, hashes: HashArray) -> Numbers:
    """Return for each row the first one of its hash."""
    _, first, place = np.unique(hashes, return_index=True, return_inverse=True)
    return rows[first[place.reshape(-1)]]


def hash_contents(parts: Sequence[BatchRows]) -> HashArray:
    """Return a hash of all that comparators read of each row of the parts, one after the other.

    It does not depend on the other rows: rows of several batches can be compared by it.
    """
    count = sum(len(part.rows) for part in parts)
    rows = assemble(parts, pa.array([""] * count, pa.string()))
    countries = np.array([_hash_text(code) for code in rows.country_codes], dtype=np.uint64)
    columns = [
        rows.kinds.astype(np.uint64),
        rows.gender.astype(np.uint64),
        _sum_items(rows.names, mix(_hash_forms(rows)[rows.names.items], _words(rows.name_quality))),
        *(_sum_values(side, _hash_dates(rows)) for side in (rows.births, rows.starts)),
        *(
            _sum_values(side, countries)
            for side in (rows.nationalities, rows.countries, rows.linked_countries)
        ),
        _sum_values(rows.birth_places, _hash_places(rows.place_table, countries)),
        _sum_values(rows.addresses, _hash_places(rows.address_table, countries)),
        _sum_values(rows.identifiers, _hash_identifiers(rows, countries)),
        *(_sum_values(rows.plain[prop][0], rows.plain[prop][1].hashes) for prop in rows.plain),
    ]
    hashes = np.zeros(count, dtype=np.uint64)
    for column in columns:
        hashes = mix(hashes, column)
    return hashes


def _hash_forms(rows: MaterializedBatch) -> HashArray:
    """Return a hash of the words of each name form, in their order, with their roles."""
    tokens, forms = rows.forms.tokens, rows.forms
    place = np.arange(len(tokens.items)) - np.repeat(tokens.offsets[:-1], np.diff(tokens.offsets))
    role = (_words(place) << np.uint64(8)) | _words(forms.roles)
    return _sum_items(tokens, mix(rows.tokens.hashes[tokens.items], role))


def _hash_dates(rows: MaterializedBatch) -> HashArray:
    dates = rows.dates
    return _mix_columns(dates.year, dates.last_year, dates.month, dates.day, dates.circa)


def _hash_identifiers(rows: MaterializedBatch, countries: HashArray) -> HashArray:
    table = rows.identifier_table
    return _mix_columns(table.number, table.type, countries[table.country])


def _hash_places(table: PlaceTable, countries: HashArray) -> HashArray:
    return _mix_columns(
        countries[table.country],
        _sum_values(table.tokens, table.token_hashes),
        _sum_values(table.local, table.token_hashes),
    )


def _mix_columns(*columns: npt.NDArray[np.integer]) -> HashArray:
    hashes = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        hashes = mix(hashes, _words(column))
    return hashes


def _sum_values(side: Ragged, hashes: HashArray) -> HashArray:
    """Return a hash of the values of each row, in any order; `hashes` are those of the table."""
    return _sum_items(side, mix(hashes[side.items], np.uint64(1)))


def _sum_items(side: Ragged, hashes: HashArray) -> HashArray:
    """Return the sum of the hashes of each row's items."""
    sums = np.zeros(len(side), dtype=np.uint64)
    np.add.at(sums, side.rows, hashes)
    return sums


def _words(values: npt.NDArray[np.integer]) -> HashArray:
    words: HashArray = values.astype(np.int64).view(np.uint64)
    return words


def _hash_text(text: str) -> int:
    return int.from_bytes(text.encode()[:8].ljust(8, b"\0"), "little")
