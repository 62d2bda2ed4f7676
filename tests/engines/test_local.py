"""The local engine on an invented world: a partition, whatever the order; a pair judged by itself; decisions;
linking."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from resolver.engines.local import dedupe, explain_links, link
from resolver.engines.pair_explanation import explain
from resolver.errors import DecisionError, InputError
from resolver.ingest.reader_types import Intake, ListInfo
from resolver.pipeline import RunOptions, score_pairs
from resolver.records import Batch, Identifier, Kind, Record
from resolver.records.decisions import Decision, Verdict
from resolver.records.results.resolution import Band, Outcome, Resolution
from resolver.synthetic import World, generate
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

OPTIONS = RunOptions(workers=1)
Said = dict[tuple[str, str], tuple[int, float, int, int]]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.pipeline"):
        yield


def intake(records: Iterable[Record], *, declared: Iterable[str] = ()) -> Intake:
    """Records as if they had been read; `declared` sources are free of duplicates."""
    batch = Batch.from_records(records).canonical()
    lists = tuple(ListInfo(source, "test", (source,), "", 0, 0, True) for source in declared)
    return Intake(batch, lists, ())


@pytest.fixture(scope="module")
def world() -> World:
    return generate(1_500, seed=41)


@pytest.fixture(scope="module")
def found(world: World) -> Resolution:
    return dedupe(intake(world.records), OPTIONS)


def said(found: Resolution) -> Said:
    """The links by record id."""
    ids, links = found.batch.ids.to_pylist(), found.links
    columns = (links.logodds, links.score, links.band, links.outcome)
    values = zip(*(column.tolist() for column in columns), strict=True)
    pairs = zip(links.left.tolist(), links.right.tolist(), strict=True)
    return {(ids[one], ids[two]): value for (one, two), value in zip(pairs, values, strict=True)}


def entities(found: Resolution) -> set[frozenset[str]]:
    """The partition by record id."""
    parts: dict[int, set[str]] = {}
    for identity, label in zip(found.batch.ids.to_pylist(), found.labels.tolist(), strict=True):
        parts.setdefault(label, set()).add(identity)
    return {frozenset(part) for part in parts.values()}


def decision(one: str, two: str, verdict: Verdict, day: int = 1) -> Decision:
    return Decision(
        min(one, two), max(one, two), verdict, who="s", when=datetime(2026, 1, day, tzinfo=UTC)
    )


def test_every_record_stands_in_exactly_one_entity(found: Resolution, world: World) -> None:
    assert sorted(identity for part in entities(found) for identity in part) == sorted(
        one.id for one in world.records
    )
    labels = found.labels
    assert np.all(labels[labels] == labels)
    assert np.all(labels <= np.arange(len(labels)))


def test_the_world_is_mostly_found(found: Resolution, world: World) -> None:
    parts: dict[str, set[str]] = {}
    for identity, true in world.truth.items():
        parts.setdefault(true, set()).add(identity)
    true_pairs = {frozenset((a, b)) for part in parts.values() for a in part for b in part if a < b}
    merged = {frozenset((a, b)) for part in entities(found) for a in part for b in part if a < b}
    assert len(merged & true_pairs) > 0.5 * len(true_pairs)
    assert len(merged - true_pairs) < 0.1 * len(merged)


def test_links_are_sorted_and_hold_every_pair_above_the_review_border(found: Resolution) -> None:
    links = found.links
    assert np.all(links.left < links.right)
    assert np.all(np.diff(links.left.astype(np.int64) * len(found.batch) + links.right) > 0)
    assert set(links.band.tolist()) == {Band.REVIEW, Band.MATCH}
    assert np.all((links.score >= 0.95) == (links.band == Band.MATCH))
    assert np.all(links.score >= 0.05)
    same = found.labels[links.left] == found.labels[links.right]
    assert np.all(same == (links.outcome == Outcome.MERGED))
    assert int(found.stats.score_histogram.sum()) == found.stats.candidate_pairs >= len(links)


def test_order_of_input_plays_no_part(found: Resolution, world: World) -> None:
    shuffled = list(world.records)
    random.Random(6).shuffle(shuffled)
    again = dedupe(intake(shuffled), OPTIONS)
    assert again.batch.ids.equals(found.batch.ids)
    assert np.array_equal(again.labels, found.labels)
    for name in ("left", "right", "logodds", "score", "band", "outcome"):
        assert np.array_equal(getattr(again.links, name), getattr(found.links, name)), name
    assert again.stats.stamp == found.stats.stamp
    assert again.stats.rules == found.stats.rules


def test_workers_play_no_part(found: Resolution, world: World) -> None:
    again = dedupe(intake(world.records), RunOptions(workers=3))
    assert said(again) == said(found)


def test_how_many_scores_are_held_at_once_plays_no_part(
    found: Resolution, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.engines.local._SCORED_AT_ONCE", 97)
    again = dedupe(intake(world.records), OPTIONS)
    assert again.stats.candidate_pairs > 2 * 97
    assert again.stats.score_histogram.tolist() == found.stats.score_histogram.tolist()
    assert said(again) == said(found)


def test_a_pair_in_the_batch_has_the_score_it_has_alone(found: Resolution) -> None:
    links = list(said(found).items())
    chosen = random.Random(7).sample(links, 150)
    scored = score_pairs(
        found.batch, [one for (one, _), _ in chosen], [two for (_, two), _ in chosen], OPTIONS
    )
    assert scored == [(score, Band(band)) for _, (_, score, band, _) in chosen]
    for (one, two), (_, score, band, _) in chosen[:20]:
        assert score_pairs(found.batch, [two], [one], OPTIONS) == [(score, Band(band))]


def test_explanations_of_links(found: Resolution) -> None:
    wanted = np.array([0, 5, len(found.links) - 1])
    answers = explain_links(found, OPTIONS, wanted)
    for place, answer in zip(wanted.tolist(), answers, strict=True):
        assert (
            answer.logodds == found.links.logodds[place] == sum(row.weight for row in answer.rows)
        )
        assert answer == replace(
            explain(found.batch, answer.left_id, answer.right_id, OPTIONS), changes=()
        )
    assert explain_links(found, OPTIONS, wanted[:0]) == []


def _merged_pair(found: Resolution) -> tuple[str, str]:
    """Two records that make an entity of their own, and have no link to any other."""
    linked = Counter(identity for pair in said(found) for identity in pair)
    pairs = sorted(sorted(part) for part in entities(found) if len(part) == 2)
    one, two = next((one, two) for one, two in pairs if linked[one] == linked[two] == 1)
    return one, two


def test_different_keeps_apart(found: Resolution, world: World) -> None:
    one, two = _merged_pair(found)
    again = dedupe(
        intake(world.records),
        RunOptions(decisions=[decision(one, two, Verdict.DIFFERENT)], workers=1),
    )
    assert {frozenset((one,)), frozenset((two,))} <= entities(again)
    assert entities(again) - {frozenset((one,)), frozenset((two,))} == entities(found) - {
        frozenset((one, two))
    }
    # the decision is no evidence: the pair keeps its score
    assert said(again)[one, two] == (*said(found)[one, two][:3], Outcome.APART)


def test_same_joins(found: Resolution, world: World) -> None:
    lonely = sorted(next(iter(part)) for part in entities(found) if len(part) == 1)
    kinds = {one.id: one.kind for one in world.records}
    one = lonely[0]
    two = next(other for other in lonely[1:] if kinds[other] == kinds[one])
    again = dedupe(
        intake(world.records), RunOptions(decisions=[decision(one, two, Verdict.SAME)], workers=1)
    )
    assert any({one, two} <= part for part in entities(again))


def test_later_decisions_and_unsure_ones(found: Resolution, world: World) -> None:
    one, two = _merged_pair(found)
    said_twice = [decision(one, two, Verdict.DIFFERENT), decision(one, two, Verdict.UNSURE, 2)]
    again = dedupe(intake(world.records), RunOptions(decisions=said_twice, workers=1))
    assert entities(again) == entities(found)
    stranger = [decision("zz:1", "zz:2", Verdict.DIFFERENT), decision(one, "zz:1", Verdict.SAME)]
    assert entities(
        dedupe(intake(world.records), RunOptions(decisions=stranger, workers=1))
    ) == entities(found)


def test_contradictory_decisions_are_refused() -> None:
    crowd = intake(record(f"s:{row}", name="Ann Lee") for row in range(4))
    chain = [decision("s:0", "s:1", Verdict.SAME), decision("s:1", "s:2", Verdict.SAME)]
    with pytest.raises(DecisionError) as caught:
        dedupe(
            crowd,
            RunOptions(decisions=[*chain, decision("s:0", "s:2", Verdict.DIFFERENT)], workers=1),
        )
    assert "s:0 and s:2" in caught.value.line()
    clash = [decision("s:0", "s:1", Verdict.SAME), decision("s:0", "s:1", Verdict.DIFFERENT)]
    with pytest.raises(DecisionError):
        dedupe(crowd, RunOptions(decisions=clash, workers=1))
    fine = dedupe(
        crowd, RunOptions(decisions=[*chain, decision("s:0", "s:3", Verdict.DIFFERENT)], workers=1)
    )
    assert any({"s:0", "s:1", "s:2"} <= part and "s:3" not in part for part in entities(fine))


def test_decisions_keep_apart_whoever_stands_between() -> None:
    names = ["Zbigniew Brzezinski"] * 3
    crowd = intake(
        record(
            f"s:{row}",
            name=name,
            birthDate="1928-03-28",
            identifiers=[Identifier("passportNumber", "A1B2C3", "pl")],
        )
        for row, name in enumerate(names)
    )
    assert len(entities(dedupe(crowd, OPTIONS))) == 1
    apart = dedupe(
        crowd, RunOptions(decisions=[decision("s:0", "s:2", Verdict.DIFFERENT)], workers=1)
    )
    assert not any({"s:0", "s:2"} <= part for part in entities(apart))
    assert said(apart)["s:0", "s:2"][2:] == (Band.MATCH, Outcome.APART)


def test_linking_looks_at_pairs_across_only(world: World) -> None:
    half = len(world.records) // 2
    left, right = intake(world.records[:half]), intake(world.records[half:])
    linked = link(left, right, OPTIONS)
    sides = set(left.batch.ids.to_pylist())
    assert len(linked.links)
    assert all((one in sides) != (two in sides) for one, two in said(linked))
    # the scores are those of one batch
    whole = said(dedupe(intake(world.records), OPTIONS))
    for pair, value in said(linked).items():
        assert whole[pair][:3] == value[:3]
    assert {pair for pair in whole if (pair[0] in sides) != (pair[1] in sides)} == set(said(linked))
    assert said(link(right, left, OPTIONS)) == said(linked)


def test_a_record_on_both_sides_counts_as_right() -> None:
    people = [
        record(f"s:{row}", name="Zbigniew Brzezinski", birthDate="1928-03-28") for row in range(3)
    ]
    linked = link(intake(people[:2]), intake(people[1:]), OPTIONS)
    assert set(said(linked)) == {("s:0", "s:1"), ("s:0", "s:2")}


def test_linking_with_nothing() -> None:
    people = intake(
        record(f"s:{row}", name="Zbigniew Brzezinski", birthDate="1928-03-28") for row in range(3)
    )
    for left, right in ((people, intake([])), (intake([]), people)):
        linked = link(left, right, OPTIONS)
        assert (len(linked.batch), len(linked.links), linked.stats.candidate_pairs) == (3, 0, 0)


def test_nothing_at_all() -> None:
    empty = dedupe(intake([]), OPTIONS)
    assert (len(empty.batch), len(empty.labels), len(empty.links)) == (0, 0, 0)
    alone = dedupe(intake([record("s:1", name="Ann Lee")]), OPTIONS)
    assert alone.labels.tolist() == [0]


def test_kinds_that_exclude_each_other_never_meet() -> None:
    crowd = [
        record(
            f"s:{kind.label}{number}",
            kind,
            name="Zbigniew Brzezinski",
            phone="+49 30 123456",
            email="z@b.org",
        )
        for kind in Kind
        for number in range(2)
    ]
    found = dedupe(intake(crowd), OPTIONS)
    kinds = {one.id: one.kind for one in crowd}
    for one, two in said(found):
        assert kinds[one] & kinds[two]
    excluded = explain(found.batch, "s:group0", "s:person0", OPTIONS)
    assert (excluded.band, [row.name for row in excluded.rows]) == (Band.DISTINCT, ["kind"])


def test_legal_entities_are_compared_with_persons_and_with_groups() -> None:
    person = record("s:p", name="Zbigniew Brzezinski", phone="+49 30 123456")
    group = record("s:g", Kind.GROUP, name="Zbigniew Brzezinski", phone="+49 30 123456")
    legal = record("s:l", Kind.LEGAL, name="Zbigniew Brzezinski", phone="+49 30 123456")
    found = dedupe(intake([person, group, legal]), OPTIONS)
    assert found.stats.candidate_pairs == 2
    for other in ("s:p", "s:g"):
        rows = {row.name for row in explain(found.batch, "s:l", other, OPTIONS).rows}
        assert "kind" not in rows
        assert any(name.split(" × ")[0].startswith("name") for name in rows)


def test_a_person_and_a_group_are_never_one_entity_through_who_may_be_either() -> None:
    said: dict[str, Any] = {
        "name": "Zbigniew Brzezinski Lewandowski",
        "phone": "+49 30 123456",
        "email": "z@b.org",
    }
    crowd = [
        record(f"s:{kind.label}", kind, **said) for kind in (Kind.PERSON, Kind.GROUP, Kind.LEGAL)
    ]
    found = dedupe(intake(crowd), OPTIONS)
    assert len(found.links) == 2
    assert len(set(found.labels.tolist())) == 2
    assert sorted(found.links.outcome.tolist()) == [Outcome.QUEUED, Outcome.MERGED]


def test_lists_free_of_duplicates_speak_against_a_match() -> None:
    pair = [record(f"s:{row}", name="Ann Lee", birthDate="1960-05-04") for row in range(2)]
    options = RunOptions(workers=1, merge_at=0.0)
    free, plain = dedupe(intake(pair, declared=["s"]), options), dedupe(intake(pair), options)
    declared = explain(free.batch, "s:0", "s:1", OPTIONS, ["s"])
    assert declared.logodds < explain(plain.batch, "s:0", "s:1", OPTIONS).logodds
    for found, wanted in (
        (free, declared.score),
        (plain, explain(plain.batch, "s:0", "s:1", OPTIONS).score),
    ):
        assert [value[1] for value in said(found).values()] == [wanted] * len(said(found))


def test_the_merge_border_moves_merging_and_not_the_bands(found: Resolution, world: World) -> None:
    bold = dedupe(intake(world.records), RunOptions(merge_at=0.3, workers=1))
    assert {pair: value[:3] for pair, value in said(bold).items()} == {
        pair: v[:3] for pair, v in said(found).items()
    }
    assert len(entities(bold)) < len(entities(found))


def test_plans_can_be_asked_for(world: World) -> None:
    large = dedupe(intake(world.records[:300]), RunOptions(plan="L", workers=1))
    assert large.stats.plan == large.stats.stamp["plan"] == "L"
    with pytest.raises(InputError):
        dedupe(intake(world.records[:3]), RunOptions(plan="none"))


def test_stages_are_told_and_measured(world: World) -> None:
    told: list[tuple[str, int]] = []

    class Listener:
        def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
            told.append((stage, 0))

        def advance(self, count: int = 1) -> None:
            told[-1] = (told[-1][0], told[-1][1] + count)

        def finish(self) -> None:
            pass

    found = dedupe(intake(world.records[:200]), OPTIONS, Listener())
    assert told == [
        ("normalise", 200),
        ("block", 0),
        ("compare", found.stats.candidate_pairs),
        ("cluster", 0),
    ]
    assert [stage.name for stage in found.stats.stages] == [
        "normalise",
        "block",
        "compare and classify",
        "cluster",
    ]
    assert all(
        stage.wall >= 0 and stage.cpu >= 0 and stage.peak_mib > 0 for stage in found.stats.stages
    )
