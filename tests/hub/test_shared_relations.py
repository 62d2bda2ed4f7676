"""Relations that a store names: those of one batch of all its records, however these arrived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.engines.local import LocalEngine
from resolver.engines.pair_explanation import ComparedEntities, RelationExplainer
from resolver.hub.hub import Hub
from resolver.hub.increment_candidates import ResolutionContext, WorkingSet
from resolver.hub.link_changes import RelevantDecisions, resolve_working_set
from resolver.hub.shared_relations import SharedRelations, compare_stored_entities
from resolver.matching.scoring.relation_evidence import build_relation_table
from tests.hub.hubs import Stores, make_intake, seed_population
from tests.hub.test_relation_scope import add_in_parts
from tests.matching.preparing import quick_symbols
from tests.records.network_records import generate_crews_of_two_lists, generate_network_records

pytestmark = pytest.mark.slow
_HEALTH = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
Described = tuple[list[str], list[str], list[object], bool]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def resolve_all(hub: Hub) -> tuple[WorkingSet, RelationExplainer]:
    """Resolve all records of a store together, with what they were resolved under."""
    with hub.indexed_view() as (view, index):
        numbers, _ = view.all_members()
        records = WorkingSet.of(index.batch(numbers), numbers)
        options = replace(hub.options_of(view.head), plan=view.head.plan)
        context = ResolutionContext(view, hub.models_at(view), options)
        decisions = RelevantDecisions(view)
        resolution, _ = resolve_working_set(context, records, decisions, LocalEngine())
        table = build_relation_table(records.batch)
        return records, RelationExplainer.build(resolution, context.models.relations, table)


def describe(compared: ComparedEntities, ids: Sequence[str]) -> Described:
    left, right = (
        [ids[row] for row in side.tolist()]
        for side in (compared.left_records, compared.right_records)
    )
    return left, right, list(compared.rows), compared.are_merged


def describe_entity(parts: Iterable[ComparedEntities], ids: Sequence[str]) -> list[Described]:
    return [describe(compared, ids) for compared in parts]


@settings(deadline=None, max_examples=4, suppress_health_check=_HEALTH)
@given(seed=st.integers(0, 10**6), parts=st.sampled_from([1, 5]))
def test_a_store_explains_as_one_batch(stores: Stores, seed: int, parts: int) -> None:
    with stores.new() as hub:
        add_in_parts(hub, generate_network_records(20, seed), parts)
        whole, explainer = resolve_all(hub)
        ids = whole.batch.ids.to_pylist()
        pairs = list(combinations(range(len(ids)), 2))
        for left, right in pairs[seed % 5 :: 5]:
            expected = explainer.explain_pair(left, right)
            pair = int(whole.numbers[left]), int(whole.numbers[right])
            shared = SharedRelations.load(hub, pair)
            if shared is None:
                assert expected is None or not expected.rows
                continue
            answer, shown = shared.explain_pair(*pair), shared.records.batch.ids.to_pylist()
            assert (answer is None) == (expected is None)
            if answer is not None and expected is not None:
                assert describe(answer, shown) == describe(expected, ids)
            assert describe_entity(shared.explain_entity(pair[0]), shown) == describe_entity(
                explainer.explain_entity(left), ids
            )


def number_of(hub: Hub, record_id: str) -> int:
    with hub.store.view() as view:
        return view.numbers_of([record_id])[record_id][0]


def test_no_row_rests_on_a_merge_that_relations_made(stores: Stores) -> None:
    """The store holds the crews as one; the namesakes wait without a word about it."""
    with stores.new() as hub:
        seed_population(hub)
        hub.add(make_intake(generate_crews_of_two_lists()))
        crew = compare_stored_entities(hub, number_of(hub, "pier:g"), number_of(hub, "quay:g"))
        assert crew is not None
        assert crew.are_merged
        assert [row.weight for row in crew.rows] == [2000, 500]
        namesakes = number_of(hub, "pier:p"), number_of(hub, "quay:p")
        waiting = compare_stored_entities(hub, *namesakes)
        assert waiting is not None
        assert not waiting.are_merged
        assert not waiting.rows
