"""Term index against the terms of each record."""

from __future__ import annotations

import numpy as np

from resolver.records import Address, Batch, Identifier, Kind
from resolver.search import SEARCHED, WEIGHT_UNITS, TermIndex, build_term_index
from resolver.world import generate
from tests.records.samples import record

RECORDS = [
    *list(generate(40, seed=5).records)[:60],
    record("a:1", name=("Ann Lee", "Ann Lee-Smith"), phone="+31 20 555 0101"),
    record("a:2", Kind.GROUP, name="Открытое общество", addresses=[Address(city="New York")]),
    record("a:3", identifiers=[Identifier("passportNumber", "X 12")], lastName="Lee"),
]


def expected_postings(batch: Batch) -> dict[str, dict[int, int]]:
    """Return the best weight of each term in each record."""
    postings: dict[str, dict[int, int]] = {}
    for prop, searched in SEARCHED.items():
        if prop not in batch.columns:
            continue
        column = batch.columns[prop]
        for row, code in zip(column.rows, column.codes, strict=True):
            for term, share in searched.terms(column.values[int(code)].as_py()):
                weight = 2 * round(share * (searched.weight * WEIGHT_UNITS / 2)) + searched.is_place
                of_term = postings.setdefault(term, {})
                of_term[int(row)] = max(of_term.get(int(row), 0), weight)
    return postings


def read_postings(index: TermIndex, term: str) -> dict[int, int]:
    first, last = index.find(term)
    results: dict[int, int] = {}
    for row, weight in zip(index.records[first:last], index.weights[first:last], strict=True):
        results[int(row)] = max(results.get(int(row), 0), int(weight))
    return results


def test_every_term_has_its_records() -> None:
    batch = Batch.from_records(RECORDS).canonical()
    index = TermIndex.from_arrays(build_term_index(batch).to_arrays())
    expected = expected_postings(batch)
    assert index.terms.to_pylist() == sorted(expected)
    for term, postings in expected.items():
        assert read_postings(index, term) == postings
    for absent in ("", "zzzzz", "le", "~"):
        assert read_postings(index, absent) == {}


def test_beginnings_have_the_postings_of_all_their_terms() -> None:
    batch = Batch.from_records(RECORDS).canonical()
    index = build_term_index(batch)
    expected = expected_postings(batch)
    for prefix in ("le", "ann", "new", "obs", "zzz", "a", "=ann"):
        first, last = index.find_beginning(prefix)
        rows = {row for term in expected if term.startswith(prefix) for row in expected[term]}
        assert set(index.records[first:last].tolist()) == rows, prefix


def test_records_without_searched_values_have_no_terms() -> None:
    index = build_term_index(Batch.from_records([record("a:1", birthDate="1970")]))
    assert (index.find("ann"), index.find_beginning("a"), len(index.terms)) == ((0, 0), (0, 0), 0)
    assert index.starts.tolist() == [0]
    assert np.array_equal(index.similar.codes, np.zeros(0, dtype=np.uint64))
