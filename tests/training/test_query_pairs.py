"""Names asked against stores: what they mean, and what a fit learns from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resolver.lists.reader_types import Intake
from resolver.matching.resolution_task import load_models
from resolver.matching.scoring.terms import check_terms_from_json
from resolver.records import Kind
from resolver.records.prepared.population import CALLERS
from resolver.training.fit.check_fit import (
    EXACT,
    MISSPELT,
    MISTYPED,
    UNLISTED,
    NameQuery,
    QueryPairs,
    QueryWorld,
    compare_queries,
    fit_check_terms,
    fit_checks,
    name_comparators,
    query_lists,
    query_world,
)
from resolver.world import generate
from tests.engines.local_runs import build_intake

PERSON = Kind.PERSON


@pytest.fixture(scope="module")
def world() -> tuple[Intake, list[NameQuery]]:
    return query_world(small_world(300, 5))


def small_world(records: int, seed: int) -> QueryWorld:
    world, others = generate(records, seed=seed), generate(200, seed=seed + 1)
    return QueryWorld(world.records, world.truth, others.records, seed)


@pytest.fixture(scope="module")
def pairs(world: tuple[Intake, list[NameQuery]]) -> QueryPairs:
    stored, queries = world
    few = [query for query in queries if query.record.kind == PERSON]
    return compare_queries(stored, few[::8], 5)[PERSON]


def test_queries_mean_stored_records_or_nobody(
    world: tuple[Intake, list[NameQuery]],
) -> None:
    stored, queries = world
    ids = set(stored.batch.ids.to_pylist())
    for query in queries:
        assert (query.way == UNLISTED) == (not query.true_ids)
        assert query.true_ids <= ids
        assert query.record.texts("name")
    assert {EXACT, MISTYPED, MISSPELT, UNLISTED} <= {query.way for query in queries}
    assert query_world(small_world(300, 5))[1] == queries


def test_strangers_to_lists_bear_no_name_of_theirs() -> None:
    stored = list(generate(200, seed=8).records)
    queries = query_lists(build_intake(stored), generate(200, seed=9).records, 5)
    names = {name.casefold() for record in stored for name in record.texts("name", "alias")}
    strangers = [query for query in queries if query.way == UNLISTED]
    assert strangers
    assert not names & {query.record.caption.casefold() for query in strangers}


def test_listed_names_find_their_entity(pairs: QueryPairs) -> None:
    ways = np.array(pairs.ways, dtype=object)
    exact = np.flatnonzero(ways == EXACT)
    is_named = np.isin(exact, pairs.queries[pairs.labels == 1])
    assert is_named.mean() > 0.98
    strangers = np.flatnonzero(ways == UNLISTED)
    assert not np.isin(pairs.queries[pairs.labels == 1], strangers).any()
    assert np.bincount(pairs.queries[pairs.labels == 1]).max() == 1
    assert pairs.weights.min() >= 1


def test_fit_prefers_exact_names_to_slips_and_both_to_strangers(pairs: QueryPairs) -> None:
    shipped = replace(load_models().models["person"], checks=None)
    terms = fit_check_terms(PERSON, [pairs], shipped)
    assert terms is not None
    assert terms == fit_check_terms(PERSON, [pairs], shipped)
    assert set(terms.names) == set(name_comparators(PERSON))
    data = {"format": 1, "kinds": {"person": terms.to_json()}}
    assert check_terms_from_json(data, {"person": terms.features}) == {"person": terms}
    even = replace(pairs.population, listed=CALLERS // 2)
    scored = replace(shipped, checks=terms).for_population("", even).logodds(pairs.evidence)
    ways = np.array(pairs.ways, dtype=object)[pairs.queries]
    medians = [
        np.median(scored[(pairs.labels == label) & (ways == way)])
        for label, way in ((1, EXACT), (1, MISTYPED), (0, UNLISTED))
    ]
    assert medians == sorted(medians, reverse=True)
    # at even odds most of those who are listed are likelier to be than not, and strangers are not
    assert (scored[pairs.labels == 1] > 0).mean() > 0.8
    assert (scored[pairs.labels == 0] > 0).mean() < 0.02


def test_kinds_without_listed_names_are_not_fitted(pairs: QueryPairs) -> None:
    model = load_models().models["person"]
    false = pairs.labels == 0
    columns = {
        name: getattr(pairs, name)[false] for name in ("evidence", "labels", "weights", "queries")
    }
    strangers = replace(pairs, **columns)
    assert fit_check_terms(PERSON, [strangers], model) is None


@pytest.mark.nightly
def test_all_of_the_fit_is_the_same_each_time() -> None:
    lists, strangers = build_intake(generate(800, seed=8).records), generate(300, seed=9).records
    worlds = [small_world(300, 1), small_world(500, 2)]
    fitted = fit_checks(lists, worlds, strangers, 7)
    assert set(fitted["kinds"]) >= {"person", "group"}
    assert fit_checks(lists, worlds, strangers, 7) == fitted
