"""Explanations of single pairs: exact sums, true changes, blocking, decisions, refused input."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from resolver.engines.local import score_pairs
from resolver.engines.pair_explanation import (
    Resolver,
    explain_blocking,
    explain_pair,
    find_ruling,
)
from resolver.errors import DecisionError, InputError
from resolver.matching.blocking import PLAN_BY_NAME, choose_plan_by_size, join_candidates
from resolver.matching.pipeline import normalize
from resolver.matching.population_scoring import KIND_MISMATCH
from resolver.matching.resolution_task import RunOptions, load_models
from resolver.records import Batch, Identifier, Kind, Record
from resolver.records.decisions import Decision, Verdict
from resolver.records.results.explanation import POPULATION_ROWS
from resolver.records.results.resolution import Band
from resolver.world import generate
from tests.examples import examples
from tests.matching.blocking.test_key_join import people
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow


OPTIONS = RunOptions(workers=1)
ODD_RECORDS = (
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
    with quick_symbols("resolver.matching.pipeline"):
        yield


@pytest.fixture(scope="module")
def batch() -> Batch:
    return Batch.from_records([*generate(120, seed=31).records, *ODD_RECORDS]).canonical()


@pytest.fixture(scope="module")
def pairs(batch: Batch) -> list[tuple[str, str]]:
    """Pairs that blocking finds, and any two records."""
    candidate_pairs, _ = join_candidates(normalize(batch, load_models()), PLAN_BY_NAME["S"])
    ids = batch.ids.to_pylist()
    chance = random.Random(4)
    chosen = chance.sample(range(len(candidate_pairs)), min(30, len(candidate_pairs)))
    near = [
        (ids[candidate_pairs.left[place]], ids[candidate_pairs.right[place]]) for place in chosen
    ]
    far = [(left, right) for left, right in (chance.sample(ids, 2) for _ in range(15))]
    odd = [(left.id, chance.choice(ids[:100])) for left in ODD_RECORDS] + [
        ("odd:3", "odd:4"),
        ("odd:2", "odd:5"),
    ]
    return [*near, *far, *odd]


def test_explanations_sum_exactly(batch: Batch, pairs: list[tuple[str, str]]) -> None:
    scored = score_pairs(batch, [left for left, _ in pairs], [right for _, right in pairs], OPTIONS)
    bands = set()
    for number, ((left, right), (score, band)) in enumerate(zip(pairs, scored, strict=True)):
        explanation = explain_pair(batch, left, right, OPTIONS)
        assert sum(row.weight for row in explanation.rows) == explanation.logodds
        assert (explanation.score, explanation.band) == (score, band)
        assert (explanation.left_id, explanation.right_id) == (min(left, right), max(left, right))
        assert all(row.similarity is None or 0 <= row.similarity <= 1 for row in explanation.rows)
        assert all(row.name and row.help and "\n" not in row.help for row in explanation.rows)
        if number % 4 == 0:
            assert explain_pair(batch, right, left, OPTIONS) == explanation
        bands.add(band)
    assert bands == set(Band)


def test_two_records_suffice(batch: Batch, pairs: list[tuple[str, str]]) -> None:
    by_id = {left.id: left for left in batch.to_records()}
    resolver = Resolver(load_models(), OPTIONS)
    for left, right in pairs[::3]:
        comparison = resolver.compare(by_id[left], by_id[right])
        rows = sum(row.weight for row in comparison.evidence)
        assert comparison.score == pytest.approx(1 / (1 + math.exp(-rows / 1000)), abs=1e-6)
        assert resolver.compare(by_id[right], by_id[left]) == comparison


def test_kinds_that_exclude_each_other(batch: Batch) -> None:
    person = next(first.id for first in batch.to_records() if first.kind is Kind.PERSON)
    result = explain_pair(batch, person, "odd:3", OPTIONS)
    assert [row.name for row in result.rows] == ["kind"]
    assert result.rows[0].weight == result.logodds == KIND_MISMATCH
    assert {result.rows[0].left, result.rows[0].right} == {"person", "asset"}
    assert result.band is Band.DISTINCT
    assert result.score == pytest.approx(1e-6)


def test_same_and_different_persons() -> None:
    resolver = Resolver.default()
    original = record("a:1", name="Zbigniew Brzezinski", birthDate="1928-03-28")
    same = resolver.compare(
        original, record("b:1", name="BRZEZINSKI, Zbigniew", birthDate="28.03.1928")
    )
    other = resolver.compare(original, record("b:2", name="Robert Carter", birthDate="1985-07-01"))
    assert same.score > 0.5 > other.score
    assert any("birth_date" in row.name and row.weight for row in same.evidence)


@pytest.mark.parametrize("kind", [Kind.PERSON, Kind.GROUP, Kind.ASSET])
def test_records_of_which_nothing_is_compared_leave_the_odds_even(kind: Kind) -> None:
    resolver = Resolver.default()
    petrov, empty = record("a:1", kind, name="Ivan Petrov"), record("b:1", kind)
    comparison = resolver.compare(petrov, empty)
    assert (comparison.score, comparison.band) == (0.5, Band.REVIEW)
    assert sum(row.weight for row in comparison.evidence) == 0
    assert resolver.compare(petrov, record("b:2", kind, name="Ivan Petrov")).score != 0.5


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Salman bin Muhammad", "Muhammad bin Salman"),
        ("Ali Vagif oglu Aliyev", "Vagif Ali oglu Aliyev"),
        ("Ivan Petrovich Sidorov", "Petr Ivanovich Sidorov"),
    ],
)
def test_exchanged_names_of_father_and_child_are_two_people(name: str, other: str) -> None:
    resolver = Resolver.default()
    person, other_person = (
        record(identity, name=text, birthDate="1971-04-03")
        for identity, text in (("a:1", name), ("b:1", other))
    )
    assert resolver.compare(person, other_person).score < 0.5
    family_first = f"{name.split()[-1]}, {' '.join(name.split()[:-1])}"
    assert resolver.compare(person, record("c:1", name=family_first)).score > 0.5


def test_a_name_of_one_word_does_not_decide_which_of_several_people() -> None:
    left, right = (
        record(identity, name=name, birthDate="1970-04-05", nationality="af", birthPlace="Kandahar")
        for identity, name in (("a:1", "WALIJAN"), ("b:1", "Ahmad Walijan Khan Mohammad"))
    )
    assert Resolver.default().compare(left, right).band is Band.REVIEW


@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people())
def test_any_two_records_sum_exactly(records: list[Record]) -> None:
    batch = Batch.from_records(records).canonical()
    ids = batch.ids.to_pylist()
    for left, right in pairwise(ids):
        explanation = explain_pair(batch, left, right, OPTIONS)
        assert sum(row.weight for row in explanation.rows) == explanation.logodds
        assert [(explanation.score, explanation.band)] == score_pairs(
            batch, [left], [right], OPTIONS
        )
        assert all(change.band is not explanation.band for change in explanation.changes)


def test_evidence_against_is_sorted(batch: Batch, pairs: list[tuple[str, str]]) -> None:
    explanations = [
        explain_pair(batch, explanation, right, OPTIONS) for explanation, right in pairs[::3]
    ]
    assert any(explanation.contradicting_rows for explanation in explanations)
    for explanation in explanations:
        weights = [row.weight for row in explanation.contradicting_rows]
        assert weights == sorted(weights)
        assert sum(weights) == sum(
            row.weight
            for row in explanation.rows
            if row.weight < 0 and row.name not in POPULATION_ROWS
        )


def test_the_share_of_relatives_is_no_evidence_against_a_match(
    batch: Batch, pairs: list[tuple[str, str]]
) -> None:
    """It is a part of the conversion into a probability, as the size of the population is."""
    explanations = [explain_pair(batch, left, right, OPTIONS) for left, right in pairs[::3]]
    rows = [row for explanation in explanations for row in explanation.rows]
    assert any(row.name == "relatives" and row.weight < 0 for row in rows)
    against = {row.name for item in explanations for row in item.contradicting_rows}
    assert against
    assert "relatives" not in against


def test_blocking_equals_that_of_a_run(batch: Batch, pairs: list[tuple[str, str]]) -> None:
    candidate_pairs, _ = join_candidates(
        normalize(batch, load_models()), choose_plan_by_size(len(batch))
    )
    ids = batch.ids.to_pylist()
    joined = {
        (ids[left], ids[right])
        for left, right in zip(
            candidate_pairs.left.tolist(), candidate_pairs.right.tolist(), strict=True
        )
    }
    traces = {(left, right): explain_blocking(batch, right, left, OPTIONS) for left, right in pairs}
    assert {bool(left.joined_by) for left in traces.values()} == {True, False}
    assert all(
        bool(left.joined_by) == (tuple(sorted(pair)) in joined) for pair, left in traces.items()
    )
    assert {left.plan for left in traces.values()} == {"XS"}
    assert explain_blocking(batch, *pairs[0], RunOptions(plan="L", workers=1)).plan == "L"


def _decision(left: str, right: str, verdict: Verdict) -> Decision:
    return Decision(min(left, right), max(left, right), verdict, decided_by="anna", place="line 2")


def test_decisions_apply_directly_or_through_others() -> None:
    same, different = Verdict.SAME, Verdict.DIFFERENT
    chain = [_decision("a", "b", same), _decision("b", "c", same), _decision("c", "d", different)]
    for left, right, is_same, direct, on in [
        ("a", "b", True, True, ("a", "b")),
        ("c", "a", True, False, None),
        ("d", "c", False, True, ("c", "d")),
        ("a", "d", False, False, ("c", "d")),
    ]:
        ruling = find_ruling(chain, left, right)
        assert ruling is not None
        assert (ruling.same, ruling.direct) == (is_same, direct)
        assert on is None or ruling.decision.pair == on
    assert find_ruling(chain, "a", "x") is None
    assert find_ruling([_decision("a", "b", Verdict.UNSURE)], "a", "b") is None
    assert find_ruling([], "a", "b") is None
    with pytest.raises(DecisionError):
        find_ruling([_decision("a", "b", same), _decision("a", "b", different)], "a", "b")


def test_invalid_ids_are_refused(batch: Batch) -> None:
    with pytest.raises(InputError, match="zz:1"):
        explain_pair(batch, "zz:1", "odd:1", OPTIONS)
    with pytest.raises(InputError, match="both ids are"):
        explain_pair(batch, "odd:1", "odd:1", OPTIONS)
    with pytest.raises(InputError, match="both ids are"):
        explain_blocking(batch, "odd:1", "odd:1", OPTIONS)
    with pytest.raises(InputError, match="both ids are"):
        find_ruling([], "odd:1", "odd:1")
    with pytest.raises(InputError, match="both records"):
        Resolver.default().compare(ODD_RECORDS[0], ODD_RECORDS[0])
