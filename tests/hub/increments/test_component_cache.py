"""Large components that are remembered: whatever lands, and in whatever order, a store holds what it would without."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from resolver.blocking import key_join
from resolver.blocking.retrieval.key_lookup import Valve
from resolver.hub.hub import Hub
from resolver.hub.increments import cached_resolution, component_cache, increment
from resolver.hub.increments.component_cache import Remembered
from resolver.hub.increments.context import Means
from resolver.hub.increments.decision_effects import Verdicts
from resolver.hub.increments.working_set import Pool
from resolver.records import Record
from resolver.records.decisions import Verdict
from resolver.synthetic import generate
from tests.hub.hubs import (
    Step,
    Stores,
    canonical,
    decided,
    exported,
)
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

YEARS = (1961, 1962, 1963)


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


@pytest.fixture
def beside_blocks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Everything is remembered, however small; hears of each time that something was of use."""
    for module in (increment, component_cache):
        monkeypatch.setattr(module, "LEAST", 1)
    used: list[int] = []
    found = cached_resolution.resolve_beside

    def noted(
        means: Means, some: Pool, block: component_cache.Block, verdicts: Verdicts, valve: Valve
    ) -> cached_resolution.Worked:
        used.append(len(block.numbers))
        return found(means, some, block, verdicts, valve)

    monkeypatch.setattr(increment, "resolve_beside", noted)
    # the smaller part may be remembered too, so that all of it is tried
    monkeypatch.setattr(
        increment,
        "block_among",
        lambda blocks, old, _: cached_resolution.block_among(blocks, old, -len(old)),
    )
    return used


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


def rows(hub: Hub) -> list[Sequence[int]]:
    """All links that hold, by numbers, with what they say."""
    with hub.store.view() as view:
        links = view.all_links()
    names = ("left", "right", "logodds", "band", "outcome", "colour")
    found: list[Sequence[int]] = np.stack([getattr(links, name) for name in names], axis=1).tolist()
    return found


def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Remembered, "at", lambda _self, _version: ())


@pytest.mark.parametrize(
    ("seed", "cap"), [*((seed, key_join.DEFAULT_CAP) for seed in range(6)), (6, 400), (7, 150)]
)
def test_what_is_remembered_changes_nothing(
    stores: Stores, beside_blocks: list[int], monkeypatch: pytest.MonkeyPatch, seed: int, cap: int
) -> None:
    monkeypatch.setattr(key_join, "DEFAULT_CAP", cap)
    dice = random.Random(seed)
    said = [
        *namesakes(50, seed),
        *dice.sample(sorted(generate(60, seed=3).records, key=lambda one: one.id), 30),
    ]
    dice.shuffle(said)
    steps: list[Step | str] = []
    while said:
        steps.append(Step(tuple(said[: dice.randrange(1, 12)])))
        said = said[len(steps[-1].records) :]  # type: ignore[union-attr]
    # some come again as somebody else, some are taken back, stewards decide
    first = steps[0].records[0]  # type: ignore[union-attr]
    steps.insert(3, Step((record(first.id, name="Ali Hassan", birthDate="1962"),)))
    steps.insert(6, steps[1].records[0].id)  # type: ignore[union-attr]
    one, two = steps[4].records[0].id, steps[2].records[0].id  # type: ignore[union-attr]
    steps.insert(
        7, Step((), (decided((one, two), dice.choice([Verdict.SAME, Verdict.DIFFERENT]), 1),))
    )

    def landed() -> tuple[bytes, list[Sequence[int]]]:
        with stores.new() as hub:
            for step in steps:
                if isinstance(step, str):
                    hub.withdraw([step])
                else:
                    # posted records come without a list
                    hub.add(step.intake() if not step.records else _bare(step), step.decisions)
            return exported(hub), rows(hub)

    remembering = landed()
    assert len(beside_blocks) >= 3
    forgetful(monkeypatch)
    assert remembering == landed()


def _bare(step: Step) -> Any:
    given = step.intake()
    return type(given)(given.batch, (), ())


def test_two_components_that_are_joined(stores: Stores, beside_blocks: list[int]) -> None:
    said = namesakes(40, 9)
    near = [record(f"u:{number}", name="Mohammed Ali", birthDate="1961") for number in range(3)]
    with stores.new() as hub:
        for some in (said[:20], said[20:], near[:1], near[1:]):
            hub.add(_bare(Step(tuple(some))))
        assert max(beside_blocks) > 15
        assert exported(hub) == canonical(stores, [Step((*said, *near))])


def test_what_somebody_else_lands_is_not_missed(stores: Stores, beside_blocks: list[int]) -> None:
    said = namesakes(40, 5)
    with stores.new() as hub:
        url = f"sqlite:///{hub.store.path}"
        hub.add(_bare(Step(tuple(said[:20]))))
        with Hub.open(url) as other:
            other.add(_bare(Step(tuple(said[20:30]))))
        hub.add(_bare(Step(tuple(said[30:35]))))
        assert not beside_blocks
        hub.add(_bare(Step(tuple(said[35:]))))
        assert beside_blocks
        assert exported(hub) == canonical(stores, [Step(tuple(said))])


def test_no_more_is_remembered_than_there_is_room_for(
    stores: Stores, beside_blocks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(component_cache, "MOST", 10)
    with stores.new() as hub:
        hub.add(_bare(Step(tuple(namesakes(30, 1)))))
        assert hub._remembered.at(1) == ()
        hub.add(
            _bare(
                Step(
                    (
                        record("u:1", name="Ann Lee", birthDate="1962-02-03"),
                        record("u:2", name="Ann Lee", birthDate="1962-02-03"),
                    )
                )
            )
        )
        assert [one.ids.to_pylist() for one in hub._remembered.at(2)] == [["u:1", "u:2"]]
        assert hub._remembered.at(1) == ()
