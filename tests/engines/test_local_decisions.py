"""Decisions in the local engine: kept apart, joined, later and contradictory ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from resolver.engines.local import dedupe
from resolver.errors import DecisionError
from resolver.matching.resolution_task import RunOptions
from resolver.records import Identifier
from resolver.records.decisions import Verdict
from resolver.records.results.resolution import Band, Outcome, Resolution
from resolver.world import World
from tests.engines.local_runs import (
    OPTIONS,
    build_intake,
    find_entities,
    links_by_id,
    make_decision,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def _merged_pair(resolution: Resolution) -> tuple[str, str]:
    """Two records that make an entity of their own, and have no link to any other."""
    linked = Counter(identity for pair in links_by_id(resolution) for identity in pair)
    pairs = sorted(sorted(part) for part in find_entities(resolution) if len(part) == 2)
    first, second = next(
        (first, second) for first, second in pairs if linked[first] == linked[second] == 1
    )
    return first, second


def test_decision_different_keeps_records_apart(resolution: Resolution, world: World) -> None:
    first, second = _merged_pair(resolution)
    again = dedupe(
        build_intake(world.records),
        RunOptions(decisions=[make_decision(first, second, Verdict.DIFFERENT)], workers=1),
    )
    assert {frozenset((first,)), frozenset((second,))} <= find_entities(again)
    assert find_entities(again) - {frozenset((first,)), frozenset((second,))} == find_entities(
        resolution
    ) - {frozenset((first, second))}
    # the decision is no evidence: the pair keeps its score
    assert links_by_id(again)[first, second] == (
        *links_by_id(resolution)[first, second][:3],
        Outcome.APART,
    )


def test_decision_same_joins_records(resolution: Resolution, world: World) -> None:
    lonely = sorted(next(iter(part)) for part in find_entities(resolution) if len(part) == 1)
    kinds = {first.id: first.kind for first in world.records}
    first = lonely[0]
    second = next(other for other in lonely[1:] if kinds[other] == kinds[first])
    again = dedupe(
        build_intake(world.records),
        RunOptions(decisions=[make_decision(first, second, Verdict.SAME)], workers=1),
    )
    assert any({first, second} <= part for part in find_entities(again))


def test_later_and_unsure_decisions(resolution: Resolution, world: World) -> None:
    first, second = _merged_pair(resolution)
    two_decisions = [
        make_decision(first, second, Verdict.DIFFERENT),
        make_decision(first, second, Verdict.UNSURE, 2),
    ]
    again = dedupe(build_intake(world.records), RunOptions(decisions=two_decisions, workers=1))
    assert find_entities(again) == find_entities(resolution)
    stranger = [
        make_decision("zz:1", "zz:2", Verdict.DIFFERENT),
        make_decision(first, "zz:1", Verdict.SAME),
    ]
    assert find_entities(
        dedupe(build_intake(world.records), RunOptions(decisions=stranger, workers=1))
    ) == find_entities(resolution)


def test_contradictory_decisions_are_refused() -> None:
    crowd = build_intake(record(f"s:{row}", name="Ann Lee") for row in range(4))
    chain = [make_decision("s:0", "s:1", Verdict.SAME), make_decision("s:1", "s:2", Verdict.SAME)]
    with pytest.raises(DecisionError) as caught:
        dedupe(
            crowd,
            RunOptions(
                decisions=[*chain, make_decision("s:0", "s:2", Verdict.DIFFERENT)], workers=1
            ),
        )
    assert "s:0 and s:2" in caught.value.line()
    clash = [
        make_decision("s:0", "s:1", Verdict.SAME),
        make_decision("s:0", "s:1", Verdict.DIFFERENT),
    ]
    with pytest.raises(DecisionError):
        dedupe(crowd, RunOptions(decisions=clash, workers=1))
    fine = dedupe(
        crowd,
        RunOptions(decisions=[*chain, make_decision("s:0", "s:3", Verdict.DIFFERENT)], workers=1),
    )
    assert any({"s:0", "s:1", "s:2"} <= part and "s:3" not in part for part in find_entities(fine))


def test_decision_different_holds_across_other_links() -> None:
    names = ["Zbigniew Brzezinski"] * 3
    crowd = build_intake(
        record(
            f"s:{row}",
            name=name,
            birthDate="1928-03-28",
            identifiers=[Identifier("passportNumber", "A1B2C3", "pl")],
        )
        for row, name in enumerate(names)
    )
    assert len(find_entities(dedupe(crowd, OPTIONS))) == 1
    apart = dedupe(
        crowd, RunOptions(decisions=[make_decision("s:0", "s:2", Verdict.DIFFERENT)], workers=1)
    )
    assert not any({"s:0", "s:2"} <= part for part in find_entities(apart))
    assert links_by_id(apart)["s:0", "s:2"][2:] == (Band.MATCH, Outcome.APART)
