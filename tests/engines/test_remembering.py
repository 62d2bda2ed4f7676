"""Large components compared beforehand: the next landing beside them finds that done, and its answer is the same."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx
import numpy as np
import pytest

from resolver.block.lookup import Valve
from resolver.engines import beside, increment, remembered
from resolver.engines.means import Means
from resolver.engines.pool import Pool
from resolver.engines.posting import Posting
from resolver.engines.remembering import large, remember
from resolver.engines.senders import HUB
from resolver.engines.verdicts import Verdicts
from resolver.records import Record
from tests.engines.hubs import Step, Stores, exported
from tests.normalise.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


@pytest.fixture(autouse=True)
def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small a component, it is remembered."""
    for module in (increment, remembered):
        monkeypatch.setattr(module, "LEAST", 1)


def said() -> list[Record]:
    """Two components of different sizes, and somebody else."""
    many = [record(f"s:{at}", name="Mohammed Ali", birthDate="1961", passportNumber="P7654321") for at in range(6)]
    some = [
        record(f"t:{at}", name="Zbigniew Brzezinski", birthDate="1970-05-06", passportNumber="K7712345")
        for at in range(3)
    ]
    return [*many, *some, record("u:0", name="Zoltan Nagy", birthDate="1955")]


NEXT = record("v:1", name="Mohammed Ali", birthDate="1961", passportNumber="P7654321")


def test_large_components_are_found(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(Step(tuple(said())).intake())
        with hub.store.view() as view:
            least = hub.options_of(view.head).merge_border
            links = view.all_links()
            tied = links.logodds >= least
            graph = nx.Graph(zip(links.left[tied].tolist(), links.right[tied].tolist(), strict=True))
            homes = sorted(nx.connected_components(graph), key=len, reverse=True)
            found = large(view, least, worth=1).tolist()
            # one of each, the largest first
            assert [next(home for home in homes if one in home) for one in found] == homes
            assert len(homes) == 2
            assert len(large(view, least, worth=6)) == 1
            assert len(large(view, least, worth=7)) == 0


def test_what_was_compared_beforehand_is_not_compared_again(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    with stores.new() as hub:
        hub.add(Step(tuple(said())).intake())
        hub.add(Step((NEXT,)).intake())
        wanted = exported(hub)
    used: list[int] = []

    def noted(means: Means, some: Pool, block: remembered.Block, verdicts: Verdicts, valve: Valve) -> beside.Worked:
        used.append(len(block.numbers))
        return beside.resolve_beside(means, some, block, verdicts, valve)

    with stores.new() as hub:
        hub.add(Step(tuple(said())).intake())
        # a list forgets what is remembered
        assert hub.remembered.at(1) == ()
        assert remember(hub, lambda: True, worth=1) == 2
        # once more there is nothing left to do
        assert remember(hub, lambda: True, worth=1) == 0
        with hub.store.view() as view:
            assert view.version == 1
        monkeypatch.setattr(increment, "resolve_beside", noted)
        Posting(hub).post_all([(NEXT, HUB)])
        assert used == [6]
        assert exported(hub) == wanted


def test_it_ends_where_it_is_told_to(stores: Stores) -> None:
    with stores.new() as hub:
        assert remember(hub, lambda: True, worth=1) == 0
        hub.add(Step(tuple(said())).intake())
        assert remember(hub, lambda: False, worth=1) == 0
        assert hub.remembered.at(1) == ()
        assert remember(hub, lambda: True) == 0


def test_a_record_that_has_ended_meanwhile_brings_nothing(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    with stores.new() as hub:
        hub.add(Step(tuple(said())).intake())
        with hub.store.view() as view:
            some = np.array([number for number, _ in view.numbers_of(["u:0"]).values()])
        hub.withdraw(["u:0"])
        monkeypatch.setattr("resolver.engines.remembering.large", lambda *_: some)
        remember(hub, lambda: True, worth=1)
        assert hub.remembered.at(2) == ()
