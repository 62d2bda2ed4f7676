"""Relations that helped to merge an entity: those of the round, named by visible records alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from resolver.hub.hub import Hub
from resolver.records.decisions import Verdict
from resolver.review.profile import MergingRelation, load_merging_relations
from tests.hub.hubs import Stores, make_decision, make_intake, seed_population
from tests.records.network_records import generate_drivers_of_two_lists

pytestmark = pytest.mark.slow
PIER, QUAY = IDS = ("pier:p", "quay:p")


@pytest.fixture
def hub(stores: Stores) -> Iterator[Hub]:
    """Return a store in which two namesakes are one entity, thanks to the crew of both."""
    with stores.new() as opened:
        seed_population(opened)
        opened.add(make_intake(generate_drivers_of_two_lists()))
        yield opened


def test_the_relation_is_named_with_what_it_added(hub: Hub) -> None:
    sentence = "Both driver in Blue Harbour Crew since 2014."
    assert load_merging_relations(hub, IDS) == (MergingRelation(sentence, 2500, (PIER,), (QUAY,)),)
    assert load_merging_relations(hub, ["pier:g0", "quay:g0"]) == ()


def test_only_visible_records_are_named(hub: Hub) -> None:
    (relation,) = load_merging_relations(hub, [*IDS, "else:1"])
    assert (relation.left, relation.right) == ((PIER,), (QUAY,))
    assert load_merging_relations(hub, [PIER]) == ()
    assert load_merging_relations(hub, [PIER, "else:1"]) == ()


def test_what_a_decision_merged_rests_on_no_relation(hub: Hub) -> None:
    hub.add(make_intake([]), [make_decision(IDS, Verdict.SAME, 1)])
    assert load_merging_relations(hub, IDS) == ()


def test_a_record_that_has_ended_merged_nothing(hub: Hub) -> None:
    hub.withdraw([PIER])
    assert load_merging_relations(hub, IDS) == ()
