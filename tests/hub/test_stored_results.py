"""Results of a commit: a part of a store, explained by all that the store holds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from resolver.engines.pair_explanation import explain_links
from resolver.hub.stored_results import StoredResults, load_commit_results, restrict_to_sources
from resolver.records.results.explanation import RELATION_ROW
from resolver.records.visibility import STRANGER
from tests.hub.hubs import OPTIONS, Stores, make_intake, seed_population
from tests.normalize.preparing import quick_symbols
from tests.records.network_records import generate_drivers_of_two_lists

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


def explained_relations(results: StoredResults) -> list[str]:
    """Return what explanations of all links of some results say of relations."""
    links = np.arange(len(results.resolution.links))
    explanations = explain_links(results.resolution, OPTIONS, links, (), results.compare)
    return [row.help for item in explanations for row in item.rows if row.name == RELATION_ROW]


def test_relations_beyond_the_records_of_a_commit_are_named(stores: Stores) -> None:
    """The crews are not among the results of a commit of one of their drivers."""
    *earlier, last = generate_drivers_of_two_lists()
    with stores.new() as hub:
        seed_population(hub)
        hub.add(make_intake(earlier))
        results = load_commit_results(hub, hub.add(make_intake([last])), STRANGER)
        assert results.resolution.batch.ids.to_pylist() == ["pier:p", "quay:p"]
        assert explained_relations(results) == ["Both driver in Blue Harbour Crew since 2014."]
        assert explained_relations(restrict_to_sources(results, {"pier", "quay"})) == []
