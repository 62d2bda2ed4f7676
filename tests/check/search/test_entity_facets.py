"""Facets of found entities against a count over their records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from resolver.check.result_page import FACETS, FacetValues, read_facet
from resolver.check.screener import Screener, build_match_documents
from resolver.check.term_search import SearchScope
from resolver.records.visibility import STRANGER
from resolver.values.normal_values import country_code
from resolver.world import generate
from tests.hub.hubs import Stores, make_intake
from tests.matching.preparing import quick_symbols


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


def test_counts_are_those_of_the_documents(stores: Stores) -> None:
    rows = list(generate(60, seed=8).records)
    with stores.new() as hub:
        hub.add(make_intake(rows[:-20]))
        screener = Screener(hub)
        screener.refresh()
        # a second segment
        hub.add(make_intake(rows[-20:]))
        results = screener.search("", SearchScope(STRANGER))
        documents = build_match_documents(results.best(1_000), results.snapshot)
        expected: dict[str, Counter[str]] = {
            name: Counter() for name in ("datasets", "schema", "topics")
        }
        for document in documents:
            expected["datasets"].update(document["datasets"])
            expected["schema"][document["schema"]] += 1
            expected["topics"].update(document["properties"].get("topics", ()))
        assert len(expected["topics"]) > 2
        for facet, counts in expected.items():
            assert dict(read_facet(facet, results).counts()) == counts
        countries = {
            country_code(text)
            for row in rows
            for text in row.texts("nationality", "country", "citizenship", "jurisdiction", "flag")
        }
        assert {name for name, _ in read_facet("countries", results).counts()} == countries - {""}
        for facet in FACETS:
            no_entities = results.select(np.zeros(len(results), dtype=bool))
            assert read_facet(facet, no_entities).counts() == []


def test_entities_with_a_value_are_marked() -> None:
    values = FacetValues(["ru", "ir"], np.array([0, 2, 2]), np.array([0, 0, 1]))
    assert values.entities_with("ru", 4).tolist() == [True, False, True, False]
    assert values.entities_with("ir", 4).tolist() == [False, False, True, False]
    assert not values.entities_with("fr", 4).any()
    assert values.counts() == [("ru", 2), ("ir", 1)]
