"""Facets of found entities against a count over their records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from resolver.check.result_page import FACETS, FacetValues, read_facet
from resolver.check.screener import Screener, build_match_documents
from resolver.check.term_search import SearchScope
from resolver.notices import make_notices, read_notices, subscribe
from resolver.records import Activity, Handling
from resolver.records.visibility import OPERATOR, STRANGER
from resolver.values.normal_values import country_code
from resolver.world import generate
from tests.hub.hubs import Stores, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record


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


def test_crimes_of_victims_and_witnesses_are_none_of_theirs(stores: Stores) -> None:
    crime = Activity.HUMAN_TRAFFICKING
    victim = record("a:1", name="Olena Bondarenko", activities=[crime])
    witness = record("a:2", name="Petro Melnyk", activities=[crime])
    suspect = record("a:3", name="Viktor Lysenko", activities=[crime])
    rows = [
        replace(victim, handling=Handling(subject_category="Victim of trafficking")),
        replace(witness, handling=Handling(subject_category="witness")),
        replace(suspect, handling=Handling(subject_category="suspect")),
    ]
    with stores.new() as hub:
        hub.add(make_intake([record("b:1", name="Somebody Else")]))
        subscribe(hub, OPERATOR, "crime", crime.value)
        hub.add(make_intake(rows))
        screener = Screener(hub)
        screener.refresh()
        results = screener.search("", SearchScope(STRANGER))
        assert read_facet("topics", results).counts() == [("crime.traffick.human", 1)]
        documents = build_match_documents(results.best(10), results.snapshot)
        assert [row["caption"] for row in documents if "topics" in row["properties"]] == [
            "Viktor Lysenko"
        ]
        make_notices(hub)
        assert [row["caption"] for row in read_notices(hub, OPERATOR).notices] == ["Viktor Lysenko"]


def test_entities_with_a_value_are_marked() -> None:
    values = FacetValues(["ru", "ir"], np.array([0, 2, 2]), np.array([0, 0, 1]))
    assert values.entities_with("ru", 4).tolist() == [True, False, True, False]
    assert values.entities_with("ir", 4).tolist() == [False, False, True, False]
    assert not values.entities_with("fr", 4).any()
    assert values.counts() == [("ru", 2), ("ir", 1)]
