"""The best of found entities against a full sort."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from resolver.check.screener import Screener
from resolver.check.term_search import FIRST, SearchScope, _take_turns
from resolver.records.visibility import STRANGER
from resolver.world import generate
from tests.hub.hubs import Stores, make_intake
from tests.matching.preparing import quick_symbols


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield


def test_the_best_are_the_first_of_all(stores: Stores) -> None:
    with stores.new() as hub:
        hub.add(make_intake(list(generate(50, seed=2).records)[:80]))
        results = Screener(hub).search("", SearchScope(STRANGER))
        # many are equal in relevance
        np.asarray(results.scores)[:] = np.resize([0.5, 0.25, 0.5004, FIRST], len(results))
        whole = results.best(len(results) + 10)
        assert len(whole) == len(results)
        assert [entity.score for entity in whole] == sorted(
            (entity.score for entity in whole), reverse=True
        )
        assert max(entity.score for entity in whole) == 1.0
        for limit in (0, 1, 2, 7, len(results) - 1):
            assert results.best(limit) == whole[:limit]
        assert sorted(entity.place for entity in whole) == list(range(len(results)))
        assert results.select(np.zeros(len(results), dtype=bool)).best(5) == []


def test_names_and_places_take_turns() -> None:
    def key(score: float, name: str) -> tuple[float, int, str, int]:
        return -score, 0, name, 0

    names = [key(0.9, name) for name in "abcde"]
    places = [key(0.8, name) for name in "vwxyz"]
    merged = "".join(name for _, _, name, _ in _take_turns(names, places))
    assert merged == "abvcdwexyz"
    assert _take_turns(names, []) == names
    assert _take_turns([], places) == places
    better = [key(0.95, "s"), key(0.85, "t")]
    assert "".join(name for _, _, name, _ in _take_turns(names, better)) == "sabtcde"
