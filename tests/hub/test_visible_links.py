"""Links as a viewer sees them: those of a store that never had what is hidden."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from resolver.hub import entity_preview
from resolver.hub.entity_preview import find_pairs_in_review, load_visible_links
from resolver.hub.hub import Hub
from resolver.hub.record_index import RecordIndex
from resolver.records import Handling, Record, Relation, RelationType
from resolver.records.decisions import Decision, Verdict
from resolver.records.results.resolution import Outcome
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible
from resolver.store import LinkTable, StoreView
from tests.examples import examples
from tests.hub.hubs import (
    Stores,
    make_decision,
    make_intake,
    restrict_some,
    seed_population,
)
from tests.matching.preparing import quick_symbols
from tests.records.partial_records import generate_partial_records
from tests.records.samples import record

pytestmark = pytest.mark.slow
VIEWERS = [STRANGER, Viewer("somebody", "Hill"), Viewer("coast", "Coast")]
_HEALTH = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
Link = tuple[str, str, int, int, int]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def name_links(view: StoreView, links: LinkTable) -> list[Link]:
    """Return links by record ids, with log-odds, band and outcome."""
    ids = view.record_ids(np.unique(np.concatenate([links.left, links.right])).tolist())
    columns = links.left, links.right, links.logodds, links.band, links.outcome
    rows: list[Link] = []
    for row in zip(*(column.tolist() for column in columns), strict=True):
        left, right = sorted((ids[row[0]], ids[row[1]]))
        rows.append((left, right, *row[2:]))
    return sorted(rows)


def draw_records(dice: random.Random) -> list[Record]:
    """Return records of few people, some of which are restricted or related to others."""
    pool = generate_partial_records(dice.choice([20, 40]), dice.randrange(10**6))
    pool = restrict_some(pool, dice.choice([0.3, 0.6]), dice)
    targets = [dice.choice(pool).id for _ in range(5)]
    return [
        replace(item, relations=(Relation(RelationType.ASSOCIATE_OF, dice.choice(targets)),))
        if dice.random() < 0.3
        else item
        for item in pool
    ]


def fill(
    hub: Hub, records: list[Record], decisions: list[Decision], viewer: Viewer = OPERATOR
) -> None:
    """Add what a viewer may see of some records, and of decisions on them, in two commits."""
    seed_population(hub)
    shown = {item.id for item in records if is_visible(item.handling, viewer)}
    visible_log = [item for item in decisions if shown.issuperset(item.pair)]
    half = len(records) // 2
    for number, (part, log) in enumerate(((records[:half], []), (records[half:], visible_log))):
        # no commit is without a record that everybody may see
        filler = record(f"f:{number}", name=("Olga Marlow", "Wilhelmina Oberst")[number])
        hub.add(make_intake([filler, *(item for item in part if item.id in shown)]), log)


@settings(deadline=None, max_examples=examples(6), suppress_health_check=_HEALTH)
@example(seed=10629060, viewer=VIEWERS[2])
@given(seed=st.integers(0, 10**9), viewer=st.sampled_from(VIEWERS))
def test_links_do_not_depend_on_hidden_records(stores: Stores, seed: int, viewer: Viewer) -> None:
    dice = random.Random(seed)
    records = draw_records(dice)
    decisions = [
        make_decision((left.id, right.id), Verdict.DIFFERENT, minute)
        for minute, (left, right) in enumerate(zip(records[:6:2], records[1:6:2], strict=True))
    ]
    with stores.new() as public, stores.new() as together:
        fill(together, records, decisions)
        fill(public, records, decisions, viewer)
        with public.store.view() as view:
            expected = name_links(view, view.all_links())
            waiting = [link[:2] for link in expected if link[-1] == Outcome.QUEUED]
        shown = [item for item in records if is_visible(item.handling, viewer)]
        with public.store.view() as view:
            whole = gather_members(view, [item.id for item in shown])
        with together.store.view() as view:
            numbers = [number for number, _ in view.numbers_of([r.id for r in shown]).values()]
            members, owner, _ = view.memberships(sorted(numbers))
            links: set[Link] = set()
            for entity in np.unique(owner).tolist():
                own = members[owner == entity]
                links |= set(name_links(view, load_visible_links(together, view, own, viewer)))
        assert sorted(links) == expected
        with together.store.view() as view:
            pairs = find_pairs_in_review(together, view.revision, (members, owner), viewer)
            ids = view.record_ids(members.tolist())
        parts: dict[int, set[str]] = {}
        for number, entity in zip(members.tolist(), owner.tolist(), strict=True):
            parts.setdefault(entity, set()).add(ids[number])
        # by records, since an id may be that of an entity with a hidden record
        assert {frozenset((min(parts[left]), min(parts[right]))) for left, right in pairs} == {
            frozenset(min(whole[end]) for end in pair) for pair in waiting
        }


def gather_members(view: StoreView, record_ids: Sequence[str]) -> dict[str, set[str]]:
    """Return the record ids of the entity of each of some records."""
    numbers = {number: end for end, (number, _) in view.numbers_of(record_ids).items()}
    members, owner, _ = view.memberships(sorted(numbers))
    parts: dict[int, set[str]] = {}
    for number, entity in zip(members.tolist(), owner.tolist(), strict=True):
        parts.setdefault(entity, set()).add(numbers[number])
    return {end: part for part in parts.values() for end in part}


def test_who_sees_everything_reads_the_links_of_the_store(stores: Stores) -> None:
    records = generate_partial_records(20, 3)
    hidden = [replace(item, handling=Handling("River", "H3")) for item in records[::2]]
    with stores.new() as hub:
        fill(hub, [*records[1::2], *hidden], [])
        with hub.store.view() as view:
            numbers, _ = view.all_members()
            links = load_visible_links(hub, view, numbers, OPERATOR)
            assert name_links(view, links) == name_links(view, view.all_links())


def test_links_are_computed_the_same_way_where_nothing_is_hidden(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the time of a request would tell whether the store hides anything."""
    computed: list[LinkTable] = []
    relink = entity_preview.relink

    def relink_and_count(*arguments: Any) -> LinkTable:
        """Resolve links, and keep them."""
        computed.append(relink(*arguments))
        return computed[-1]

    monkeypatch.setattr(entity_preview, "relink", relink_and_count)
    with stores.new() as hub:
        fill(hub, generate_partial_records(20, 3), [])
        with hub.store.view() as view:
            numbers, _ = view.all_members()
            links = load_visible_links(hub, view, numbers, STRANGER)
            assert [links] == computed
            assert name_links(view, links) == name_links(view, view.all_links()) != []


def test_others_commit_while_links_of_visible_records_are_resolved(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The links are those of the revision at which they were asked for."""
    records = restrict_some(generate_partial_records(20, 3), 0.4, random.Random(3))
    began, go_on = threading.Event(), threading.Event()
    relink = entity_preview.relink

    def wait_and_relink(*arguments: Any) -> LinkTable:
        """Resolve links only after another thread has committed."""
        began.set()
        assert go_on.wait(20)
        return relink(*arguments)

    with stores.new() as hub, ThreadPoolExecutor(1) as pool:
        fill(hub, records, [])
        with hub.store.view() as view:
            numbers, _ = view.all_members()
            hidden = entity_preview.find_hidden_numbers(open_index(hub), STRANGER)
            visible = np.setdiff1d(numbers, hidden)
            expected = name_links(view, load_visible_links(hub, view, visible, STRANGER))
            monkeypatch.setattr(entity_preview, "relink", wait_and_relink)
            links = pool.submit(load_visible_links, hub, view, visible, STRANGER)
            assert began.wait(20)
            try:
                ids = [item.id for item in records]
                withdrawing = ThreadPoolExecutor(1).submit(hub.withdraw, ids)
                assert withdrawing.result(20).revision == hub.store.revision
            finally:
                go_on.set()
            assert name_links(view, links.result(20)) == expected != []


def open_index(hub: Hub) -> RecordIndex:
    """Return the present index of a hub."""
    with hub.indexed_view() as (_, index):
        return index


def test_records_that_have_ended_have_no_links(stores: Stores) -> None:
    records = generate_partial_records(20, 3)
    hidden = replace(records[0], handling=Handling("River", "H3"))
    with stores.new() as hub:
        fill(hub, [hidden, *records[1:]], [])
        with hub.store.view() as view:
            numbers, _ = view.all_members()
            hub.withdraw([item.id for item in records])
            assert not len(load_visible_links(hub, view, numbers[1:], STRANGER))
