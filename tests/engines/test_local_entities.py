"""Entities compared by the real model: joint evidence merges, one link per two entities waits."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.engines.local import LocalEngine
from resolver.matching import pipeline, population_scoring
from resolver.matching.resolution_task import ResolutionTask, RunOptions
from resolver.records import Batch, Identifier, Kind, Record, Relation, RelationType
from resolver.records.decisions import Decision, Verdict
from resolver.records.prepared.population import KindPopulation, Population
from resolver.records.results.resolution import Band, Outcome, Resolution, StageMeter
from tests.engines.local_runs import (
    build_intake,
    find_entities,
    links_by_id,
    make_decision,
)
from tests.matching.preparing import quick_symbols
from tests.records.partial_records import generate_partial_records
from tests.records.samples import record

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


NAME = "Maria Quispe"
PASSPORT = [Identifier("passportNumber", "KD820391", "bo")]
WITH_DATE = record("a:1", name=NAME, birthDate="1970-03-02")
WITH_PASSPORT = record("a:2", name=NAME, identifiers=PASSPORT)
# the day and the month changed places, and another country is named
OTHER_PASSPORT = [Identifier("passportNumber", "KD820391", "pe")]
WITH_BOTH = record(
    "b:1", name="Maria Quispe Mamani", birthDate="1970-02-03", identifiers=OTHER_PASSPORT
)
PARTS = [WITH_DATE, WITH_PASSPORT, WITH_BOTH]
MANY = Population({"person": KindPopulation(records=100_000)})
"""Population in which no single record of the three says enough."""


def resolve(
    records: list[Record],
    *decisions: Decision,
    merge_at: float | None = None,
    population: Population | None = None,
) -> Resolution:
    """Resolve records in a population (None: their own)."""
    options = RunOptions(workers=1, decisions=decisions, merge_at=merge_at)
    batch = build_intake(records).batch
    task = ResolutionTask.build(batch, (), options, population=population)
    return pipeline.resolve(task, LocalEngine())


def partial_entities() -> tuple[list[Record], Resolution, Resolution]:
    """Return records, their resolution, and the resolution without rounds."""
    records = generate_partial_records(120, 26)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("resolver.matching.clustering.entity_rounds.MAX_ROUNDS", 0)
        first = resolve(records)
    return records, resolve(records), first


def test_joint_evidence_merges_what_no_pair_of_records_does() -> None:
    _, resolution, first = partial_entities()
    before, after = find_entities(first), find_entities(resolution)
    merged = [entity for entity in after if entity not in before]
    assert merged
    for entity in merged:
        parts = [part for part in before if part & entity]
        assert frozenset().union(*parts) == entity
    # without the rounds they waited in review
    labels = {member: min(part) for part in before for member in part}
    waiting = {
        frozenset((labels[left], labels[right]))
        for (left, right), link in links_by_id(first).items()
        if link[3] == Outcome.QUEUED
    }
    for entity in merged:
        starts = {labels[member] for member in entity}
        assert any(pair <= starts for pair in waiting)


def check_apart(resolution: Resolution) -> None:
    """Check that two entities are apart, with one row in review that says so."""
    assert find_entities(resolution) == {frozenset({"a:1", "a:2"}), frozenset({"b:1"})}
    (waiting,) = (link for link in links_by_id(resolution).values() if link[3] != Outcome.MERGED)
    assert waiting[3] == Outcome.APART


def same(left: Record, right: Record) -> Decision:
    return make_decision(left.id, right.id, Verdict.SAME)


def test_birth_date_and_passport_of_two_records_count_together() -> None:
    """Merge from a score that neither record reaches with the third."""
    records, decision = [WITH_DATE, WITH_PASSPORT, WITH_BOTH], same(WITH_DATE, WITH_PASSPORT)
    single = [
        link[1]
        for first in (WITH_DATE, WITH_PASSPORT)
        for link in links_by_id(resolve([first, WITH_BOTH], merge_at=1.0, population=MANY)).values()
    ]
    apart = resolve(records, decision, merge_at=1.0, population=MANY)
    joint = max(link[1] for link in links_by_id(apart).values() if link[3] == Outcome.QUEUED)
    assert single
    assert joint > max(single)
    together = resolve(records, decision, merge_at=joint - 0.001, population=MANY)
    assert find_entities(together) == {frozenset({"a:1", "a:2", "b:1"})}


@pytest.mark.parametrize("member", [WITH_DATE, WITH_PASSPORT])
def test_a_decision_on_any_member_forbids(member: Record) -> None:
    decisions = same(WITH_DATE, WITH_PASSPORT), make_decision(member.id, "b:1", Verdict.DIFFERENT)
    check_apart(resolve(PARTS, *decisions, merge_at=0.06, population=MANY))


@pytest.mark.parametrize("member", [WITH_DATE, WITH_PASSPORT])
def test_a_statement_on_any_member_forbids(member: Record) -> None:
    """Keep an entity apart from the kin of one of its records."""
    kin = record(
        "b:1",
        name="Maria Quispe Mamani",
        birthDate="1970-02-03",
        identifiers=OTHER_PASSPORT,
        relations=[Relation(RelationType.FAMILY_OF, member.id)],
    )
    decision = same(WITH_DATE, WITH_PASSPORT)
    together = resolve(PARTS, decision, merge_at=0.8, population=MANY)
    assert len(find_entities(together)) == 1
    records = [WITH_DATE, WITH_PASSPORT, kin]
    check_apart(resolve(records, decision, merge_at=0.8, population=MANY))


def test_profiles_are_scored_in_the_measured_population() -> None:
    """Profiles are scored after partners are known, by the same models as in a known population."""
    records, resolution, _ = partial_entities()
    task = ResolutionTask.build(build_intake(records).batch, (), RunOptions(workers=1))
    scored_in, _ = population_scoring.score_in_population(task, LocalEngine(), StageMeter())
    again = resolve(records, population=scored_in.models.population)
    assert find_entities(again) == find_entities(resolution)
    assert links_by_id(again) == links_by_id(resolution)


def test_kinds_that_exclude_each_other_forbid() -> None:
    firm = record("c:1", Kind.GROUP, name=NAME, phone="+591 2 2123456")
    legal = record("a:3", Kind.LEGAL, name=NAME, phone="+591 2 2123456", identifiers=PASSPORT)
    resolution = resolve([WITH_PASSPORT, legal, firm])
    assert all(not {"a:2", "c:1"} <= entity for entity in find_entities(resolution))


def test_one_link_in_review_per_two_entities() -> None:
    _, resolution, _ = partial_entities()
    links, labels = resolution.links, resolution.labels
    pairs = Counter(
        tuple(sorted((int(labels[left]), int(labels[right]))))
        for left, right, band in zip(
            links.left.tolist(), links.right.tolist(), links.band.tolist(), strict=True
        )
        if band == Band.REVIEW and labels[left] != labels[right]
    )
    assert pairs
    assert set(pairs.values()) == {1}


def test_single_records_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that stay alone, and entities without a link in review, are not prepared again."""
    sizes: list[int] = []
    normalize = pipeline.normalize

    def count_records(batch: Batch, *args: object, **options: object) -> object:
        sizes.append(len(batch))
        return normalize(batch, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "normalize", count_records)
    resolution = resolve([WITH_DATE, WITH_BOTH])
    assert len(resolution.links) == 1
    copies = [
        record(f"d:{number}", name="Zbigniew Brzezinski", birthDate="1928-03-28", phone="1 2 3")
        for number in range(2)
    ]
    resolve([*copies, WITH_DATE, WITH_BOTH])
    assert sizes == []


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6))
def test_order_of_records_does_not_matter(seed: int) -> None:
    dice = random.Random(seed)
    records = generate_partial_records(dice.choice([30, 60, 100]), seed)
    first = resolve(records)
    dice.shuffle(records)
    second = resolve(records)
    assert find_entities(first) == find_entities(second)
    assert links_by_id(first) == links_by_id(second)
