"""Component cache: in any order of commits, a store is the same with and without it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from resolver.hub import increment, link_changes
from resolver.hub import increment_candidates as candidates
from resolver.hub.hub import Hub
from resolver.hub.increment_candidates import ComponentCache, IncrementContext, WorkingSet
from resolver.hub.link_changes import RelevantDecisions
from resolver.matching.blocking import key_join
from resolver.matching.blocking.key_lookup import BlockPurge
from resolver.matching.scoring.relation_evidence import RelationTable
from resolver.records import Record
from resolver.records.decisions import Verdict
from resolver.world import generate
from tests.examples import IS_NIGHTLY
from tests.hub.hubs import (
    Step,
    Stores,
    export_canonical,
    export_steps,
    make_decision,
    seed_population,
)
from tests.matching.preparing import quick_symbols
from tests.records.partial_records import generate_partial_records
from tests.records.samples import record

pytestmark = pytest.mark.slow


YEARS = (1961, 1962, 1963)


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture
def used_components(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Everything is remembered, however small; hears of each time that something was of use."""
    for module in (link_changes, candidates):
        monkeypatch.setattr(module, "MIN_CACHED_PAIRS", 1)
    sizes: list[int] = []
    resolve_original = increment.resolve_with_component

    def resolve_and_note(
        context: IncrementContext,
        others: WorkingSet,
        component: candidates.CachedComponent,
        decisions: RelevantDecisions,
        purge: BlockPurge,
        build_table: Callable[[WorkingSet], RelationTable | None],
    ) -> link_changes.ResolvedSet:
        sizes.append(len(component.numbers))
        return resolve_original(context, others, component, decisions, purge, build_table)

    monkeypatch.setattr(increment, "resolve_with_component", resolve_and_note)
    largest_component = increment.largest_component_within
    # the smaller part may be remembered too, so that all of it is tried
    monkeypatch.setattr(
        increment,
        "largest_component_within",
        lambda blocks, old, _: largest_component(blocks, old, -len(old)),
    )
    return sizes


def namesakes(count: int, seed: int) -> list[Record]:
    """Records of few names and years: nearly all hang together."""
    dice = random.Random(seed)
    names = (
        "Mohammed Ali",
        "Mohamed Ali",
        "Muhammad Aly",
        "Mohammed Ali Hassan",
        "Ali Hassan",
        "Hassan Mohammed",
    )
    return [
        record(
            f"{dice.choice('st')}:{number}",
            name=dice.choice(names),
            birthDate=str(dice.choice(YEARS)),
        )
        for number in range(count)
    ]


def link_table(hub: Hub) -> list[Sequence[int]]:
    """Return all current links by record numbers, with their fields."""
    with hub.store.view() as view:
        links = view.all_links()
    names = ("left", "right", "logodds", "band", "outcome", "color")
    rows: list[Sequence[int]] = np.stack([getattr(links, name) for name in names], axis=1).tolist()
    return rows


def disable_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ComponentCache, "at", lambda _self, _version: ())


@pytest.mark.parametrize(
    ("seed", "cap"),
    [
        *((seed, key_join.MAX_BLOCK_PAIRS) for seed in range(6 if IS_NIGHTLY else 2)),
        (6, 400),
        (7, 150),
    ],
)
def test_cached_components_do_not_change_results(
    stores: Stores, used_components: list[int], monkeypatch: pytest.MonkeyPatch, seed: int, cap: int
) -> None:
    monkeypatch.setattr(key_join, "MAX_BLOCK_PAIRS", cap)
    dice = random.Random(seed)
    records = [
        *namesakes(50, seed),
        *dice.sample(sorted(generate(60, seed=3).records, key=lambda generated: generated.id), 30),
    ]
    dice.shuffle(records)
    steps: list[Step | str] = []
    while records:
        steps.append(Step(tuple(records[: dice.randrange(1, 12)])))
        records = records[len(steps[-1].records) :]  # type: ignore[union-attr]
    # new versions with another name, withdrawals, decisions
    first = steps[0].records[0]  # type: ignore[union-attr]
    steps.insert(3, Step((record(first.id, name="Ali Hassan", birthDate="1962"),)))
    steps.insert(6, steps[1].records[0].id)  # type: ignore[union-attr]
    left, right = steps[4].records[0].id, steps[2].records[0].id  # type: ignore[union-attr]
    steps.insert(
        7,
        Step(
            (), (make_decision((left, right), dice.choice([Verdict.SAME, Verdict.DIFFERENT]), 1),)
        ),
    )

    def commit_steps() -> tuple[bytes, list[Sequence[int]]]:
        with stores.new() as hub:
            seed_population(hub)
            for step in steps:
                if isinstance(step, str):
                    hub.withdraw([step])
                else:
                    # posted records come without a list
                    hub.add(
                        step.intake() if not step.records else _without_lists(step), step.decisions
                    )
            return export_canonical(hub), link_table(hub)

    with_cache = commit_steps()
    # with few pairs of a block kept, components are too small to be of use
    assert len(used_components) >= 2 or cap == 150
    disable_cache(monkeypatch)
    assert with_cache == commit_steps()


def _without_lists(step: Step) -> Any:
    intake = step.intake()
    return type(intake)(intake.batch, (), ())


@pytest.mark.parametrize("seed", range(4 if IS_NIGHTLY else 2))
def test_entities_that_merge_with_cached_components(
    stores: Stores, used_components: list[int], seed: int
) -> None:
    """Profiles of a component's entities are read from the index; neighbors outside may merge."""
    records = generate_partial_records(80, seed)
    with stores.new() as hub:
        seed_population(hub)
        for start in range(0, len(records), 8):
            hub.add(_without_lists(Step(tuple(records[start : start + 8]))))
        assert used_components
        assert export_canonical(hub) == export_steps(stores, [Step(tuple(records))])


def test_two_cached_components_that_are_joined(stores: Stores, used_components: list[int]) -> None:
    records = namesakes(40, 9)
    neighbors = [
        record(f"u:{number}", name="Mohammed Ali", birthDate="1961") for number in range(3)
    ]
    with stores.new() as hub:
        seed_population(hub)
        for part in (records[:20], records[20:], neighbors[:1], neighbors[1:]):
            hub.add(_without_lists(Step(tuple(part))))
        assert max(used_components) > 1
        assert export_canonical(hub) == export_steps(stores, [Step((*records, *neighbors))])


def test_commits_of_another_hub_empty_the_cache(stores: Stores, used_components: list[int]) -> None:
    records = namesakes(40, 5)
    with stores.new() as hub:
        seed_population(hub)
        url = f"sqlite:///{hub.store.path}"
        hub.add(_without_lists(Step(tuple(records[:20]))))
        with Hub.open(url) as other:
            other.add(_without_lists(Step(tuple(records[20:30]))))
        hub.add(_without_lists(Step(tuple(records[30:35]))))
        assert not used_components
        hub.add(_without_lists(Step(tuple(records[35:]))))
        assert used_components
        assert export_canonical(hub) == export_steps(stores, [Step(tuple(records))])


def test_the_cache_is_limited(
    stores: Stores, used_components: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MAX_CACHED_PAIRS", 2)
    with stores.new() as hub:
        seed_population(hub)
        hub.add(_without_lists(Step(tuple(namesakes(30, 1)))))
        assert hub._committer.component_cache.at(2) == ()
        hub.add(
            _without_lists(
                Step(
                    (
                        record("u:1", name="Ann Lee", birthDate="1962-02-03"),
                        record("u:2", name="Ann Lee", birthDate="1962-02-03"),
                    )
                )
            )
        )
        assert [
            component.batch.ids.to_pylist() for component in hub._committer.component_cache.at(3)
        ] == [["u:1", "u:2"]]
        assert hub._committer.component_cache.at(2) == ()
