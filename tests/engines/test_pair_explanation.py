"""Single pairs explained: sums that are exact, changes that are true, meetings and decisions, and what is refused."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from resolver.blocking import PLAN_BY_NAME, candidates, plan_for
from resolver.engines.pair_explanation import (
    Resolver,
    explain,
    meet,
    ruling,
)
from resolver.errors import DecisionError, InputError
from resolver.pipeline import KIND_MISMATCH, RunOptions, load_models, prepared_of, score_pairs
from resolver.records import Batch, Identifier, Kind, Record
from resolver.records.decisions import Decision, Verdict
from resolver.records.results.resolution import Band
from resolver.synthetic import generate
from tests.blocking.test_key_join import people
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

OPTIONS = RunOptions(workers=1)
ODD = (
    record("odd:1"),
    record("odd:2", Kind.LEGAL, name="Mohammed Ivan LLC"),
    record(
        "odd:3", Kind.ASSET, name="Ever Given", identifiers=[Identifier("imoNumber", "IMO 9811000")]
    ),
    record(
        "odd:4", Kind.ASSET, name="EVER GIVEN", identifiers=[Identifier("imoNumber", "9811000")]
    ),
    record("odd:5", name="Mohammed Ivan", birthDate="never", gender="x"),
)


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


@pytest.fixture(scope="module")
def batch() -> Batch:
    return Batch.from_records([*generate(300, seed=31).records, *ODD]).canonical()


@pytest.fixture(scope="module")
def pairs(batch: Batch) -> list[tuple[str, str]]:
    """Pairs that blocking finds, and any two records."""
    found, _ = candidates(prepared_of(batch, load_models()), PLAN_BY_NAME["S"])
    ids = batch.ids.to_pylist()
    chance = random.Random(4)
    chosen = chance.sample(range(len(found)), min(80, len(found)))
    near = [(ids[found.left[place]], ids[found.right[place]]) for place in chosen]
    far = [(one, two) for one, two in (chance.sample(ids, 2) for _ in range(60))]
    odd = [(one.id, chance.choice(ids[:100])) for one in ODD] + [
        ("odd:3", "odd:4"),
        ("odd:2", "odd:5"),
    ]
    return [*near, *far, *odd]


def test_explanations_sum_exactly(batch: Batch, pairs: list[tuple[str, str]]) -> None:
    scored = score_pairs(batch, [one for one, _ in pairs], [two for _, two in pairs], OPTIONS)
    seen = set()
    for (one, two), (score, band) in zip(pairs, scored, strict=True):
        found = explain(batch, one, two, OPTIONS)
        assert sum(row.weight for row in found.rows) == found.logodds
        assert (found.score, found.band) == (score, band)
        assert (found.left_id, found.right_id) == (min(one, two), max(one, two))
        assert all(row.similarity is None or 0 <= row.similarity <= 1 for row in found.rows)
        assert all(row.name and row.help and "\n" not in row.help for row in found.rows)
        assert explain(batch, two, one, OPTIONS) == found
        seen.add(band)
    assert seen == set(Band)


def test_only_two_records_are_needed(batch: Batch, pairs: list[tuple[str, str]]) -> None:
    by_id = {one.id: one for one in batch.to_records()}
    resolver = Resolver(load_models(), OPTIONS)
    for one, two in pairs[::6]:
        found = resolver.compare(by_id[one], by_id[two])
        assert [(found.score, found.band)] == score_pairs(batch, [one], [two], OPTIONS)
        assert resolver.compare(by_id[two], by_id[one]) == found


def test_kinds_that_exclude_each_other(batch: Batch) -> None:
    person = next(one.id for one in batch.to_records() if one.kind is Kind.PERSON)
    found = explain(batch, person, "odd:3", OPTIONS)
    assert [row.name for row in found.rows] == ["kind"]
    assert found.rows[0].weight == found.logodds == KIND_MISMATCH
    assert {found.rows[0].left, found.rows[0].right} == {"person", "asset"}
    assert found.band is Band.DISTINCT
    assert found.score == pytest.approx(1e-6)


def test_records_are_judged_by_what_they_say() -> None:
    resolver = Resolver.default()
    one = record("a:1", name="Zbigniew Brzezinski", birthDate="1928-03-28")
    same = resolver.compare(
        one, record("b:1", name="BRZEZINSKI, Zbigniew", birthDate="28.03.1928")
    )
    other = resolver.compare(one, record("b:2", name="Robert Carter", birthDate="1985-07-01"))
    assert same.score > 0.5 > other.score
    assert any("birth_date" in row.name and row.weight for row in same.evidence)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people())
def test_any_two_records_sum_exactly(records: list[Record]) -> None:
    batch = Batch.from_records(records).canonical()
    ids = batch.ids.to_pylist()
    for one, two in pairwise(ids):
        found = explain(batch, one, two, OPTIONS)
        assert sum(row.weight for row in found.rows) == found.logodds
        assert [(found.score, found.band)] == score_pairs(batch, [one], [two], OPTIONS)
        assert all(change.band is not found.band for change in found.changes)


def test_heaviest_against_first(batch: Batch, pairs: list[tuple[str, str]]) -> None:
    found = [explain(batch, one, two, OPTIONS) for one, two in pairs[::7]]
    assert any(one.against for one in found)
    for one in found:
        weights = [row.weight for row in one.against]
        assert weights == sorted(weights)
        assert sum(weights) == sum(
            row.weight
            for row in one.rows
            if row.weight < 0 and row.name not in ("prior", "calibration")
        )


def test_meetings_are_those_of_a_run(batch: Batch, pairs: list[tuple[str, str]]) -> None:
    found, _ = candidates(prepared_of(batch, load_models()), plan_for(len(batch)))
    ids = batch.ids.to_pylist()
    met = {
        (ids[one], ids[two])
        for one, two in zip(found.left.tolist(), found.right.tolist(), strict=True)
    }
    told = {(one, two): meet(batch, two, one, OPTIONS) for one, two in pairs[::3]}
    assert {bool(one.joined_by) for one in told.values()} == {True, False}
    assert all(bool(one.joined_by) == (tuple(sorted(pair)) in met) for pair, one in told.items())
    assert {one.plan for one in told.values()} == {"XS"}
    assert meet(batch, *pairs[0], RunOptions(plan="L", workers=1)).plan == "L"


def _decision(left: str, right: str, verdict: Verdict) -> Decision:
    return Decision(min(left, right), max(left, right), verdict, who="anna", where="line 2")


def test_decisions_rule_directly_or_through_others() -> None:
    same, different = Verdict.SAME, Verdict.DIFFERENT
    chain = [_decision("a", "b", same), _decision("b", "c", same), _decision("c", "d", different)]
    for one, two, is_same, direct, on in [
        ("a", "b", True, True, ("a", "b")),
        ("c", "a", True, False, None),
        ("d", "c", False, True, ("c", "d")),
        ("a", "d", False, False, ("c", "d")),
    ]:
        found = ruling(chain, one, two)
        assert found is not None
        assert (found.same, found.direct) == (is_same, direct)
        assert on is None or found.decision.pair == on
    assert ruling(chain, "a", "x") is None
    assert ruling([_decision("a", "b", Verdict.UNSURE)], "a", "b") is None
    assert ruling([], "a", "b") is None
    with pytest.raises(DecisionError):
        ruling([_decision("a", "b", same), _decision("a", "b", different)], "a", "b")


def test_what_is_refused(batch: Batch) -> None:
    with pytest.raises(InputError, match="zz:1"):
        explain(batch, "zz:1", "odd:1", OPTIONS)
    with pytest.raises(InputError, match="one record"):
        explain(batch, "odd:1", "odd:1", OPTIONS)
    with pytest.raises(InputError, match="one record"):
        meet(batch, "odd:1", "odd:1", OPTIONS)
    with pytest.raises(InputError, match="one record"):
        ruling([], "odd:1", "odd:1")
    with pytest.raises(InputError, match="both records"):
        Resolver.default().compare(ODD[0], ODD[0])
