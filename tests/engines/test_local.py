"""Local engine on an invented world: partition, order of input, single pairs, linking."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resolver.engines.local import dedupe, link, score_pairs
from resolver.engines.pair_explanation import explain_links, explain_pair
from resolver.engines.result_files import write_results
from resolver.errors import InputError
from resolver.matching.resolution_task import RunOptions
from resolver.matching.scoring import Thresholds, scores, threshold_logodds
from resolver.names.pair_alignment import PairOrder
from resolver.records import Kind, Record
from resolver.records.results.resolution import Band, Basis, Links, Outcome, Resolution
from resolver.world import World
from tests.engines.local_runs import (
    OPTIONS,
    build_intake,
    find_entities,
    links_by_id,
)
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


MATCH_LOGODDS = threshold_logodds(0.95)


def matches_by_id(resolution: Resolution) -> set[tuple[str, str]]:
    """Return the pairs of merged records that match by themselves."""
    links, ids = resolution.links, resolution.batch.ids.to_pylist()
    is_match = (links.record_logodds >= MATCH_LOGODDS) & (links.outcome == Outcome.MERGED)
    pairs = zip(links.left[is_match].tolist(), links.right[is_match].tolist(), strict=True)
    return {(ids[left], ids[right]) for left, right in pairs}


def test_every_record_is_in_exactly_one_entity(resolution: Resolution, world: World) -> None:
    assert sorted(identity for part in find_entities(resolution) for identity in part) == sorted(
        first.id for first in world.records
    )
    labels = resolution.labels
    assert np.all(labels[labels] == labels)
    assert np.all(labels <= np.arange(len(labels)))


def test_most_true_pairs_are_merged(resolution: Resolution, world: World) -> None:
    parts: dict[str, set[str]] = {}
    for identity, true in world.truth.items():
        parts.setdefault(true, set()).add(identity)
    true_pairs = {frozenset((a, b)) for part in parts.values() for a in part for b in part if a < b}
    merged = {
        frozenset((a, b)) for part in find_entities(resolution) for a in part for b in part if a < b
    }
    assert len(merged & true_pairs) > 0.5 * len(true_pairs)
    assert len(merged - true_pairs) < 0.1 * len(merged)


def test_links_are_sorted_and_complete(resolution: Resolution) -> None:
    links = resolution.links
    assert np.all(links.left < links.right)
    assert np.all(np.diff(links.left.astype(np.int64) * len(resolution.batch) + links.right) > 0)
    assert set(links.band.tolist()) == {Band.REVIEW, Band.MATCH}
    same = resolution.labels[links.left] == resolution.labels[links.right]
    # what evidence merged was a match when it did, whatever two of the records say
    is_weighed = links.basis != Basis.DECISION
    assert np.all(links.score[same & is_weighed] >= 0.95)
    assert np.any(links.record_logodds[same & is_weighed] < MATCH_LOGODDS)
    assert links.band.tolist() == Thresholds().bands(links.score).tolist()
    assert np.all(links.score >= 0.05)
    assert np.all(same == (links.outcome == Outcome.MERGED))
    assert (
        int(resolution.stats.score_histogram.sum())
        == resolution.stats.candidate_pairs
        >= len(links)
    )


def test_input_order_does_not_matter(resolution: Resolution, world: World) -> None:
    shuffled = list(world.records)
    random.Random(6).shuffle(shuffled)
    again = dedupe(build_intake(shuffled), OPTIONS)
    assert again.batch.ids.equals(resolution.batch.ids)
    assert np.array_equal(again.labels, resolution.labels)
    for name in (field.name for field in fields(Links)):
        assert np.array_equal(getattr(again.links, name), getattr(resolution.links, name)), name
    assert again.stats.stamp == resolution.stats.stamp
    assert again.stats.rules == resolution.stats.rules


SMALLEST_PARTS = (
    "resolver.engines.result_files._ENTITIES_PER_PROCESS",
    "resolver.records.packing._MIN_PARALLEL",
    "resolver.names.name_tokens._MIN_PARALLEL",
    "resolver.matching.preparation._MIN_COUNTED_PARALLEL",
    "resolver.names.token_tables._MIN_PARALLEL",
)
"""Items from which a stage shares them out among cores."""


@pytest.mark.parametrize("workers", [2, 3])
def test_number_of_workers_does_not_matter(
    resolution: Resolution,
    world: World,
    workers: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_results(tmp_path / "one", resolution, rejects=(), report="")
    for name in SMALLEST_PARTS:
        monkeypatch.setattr(name, 100)
    again = dedupe(build_intake(world.records), RunOptions(workers=workers))
    assert links_by_id(again) == links_by_id(resolution)
    assert again.stats.population == resolution.stats.population
    write_results(tmp_path / "many", again, rejects=(), report="", workers=workers)
    for path in sorted((tmp_path / "one").iterdir()):
        assert (tmp_path / "many" / path.name).read_bytes() == path.read_bytes()


def test_size_of_score_parts_does_not_matter(
    resolution: Resolution, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.matching.scoring.score_links._PAIRS_PER_PART", 97)
    again = dedupe(build_intake(world.records), OPTIONS)
    assert again.stats.candidate_pairs > 2 * 97
    assert again.stats.score_histogram.tolist() == resolution.stats.score_histogram.tolist()
    assert links_by_id(again) == links_by_id(resolution)


def test_patterns_count_every_pair_whose_kinds_agree(
    resolution: Resolution, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    patterns, links = resolution.stats.patterns, resolution.links
    assert patterns is not None
    kinds = resolution.batch.kinds
    total = patterns.pairs.sum() + patterns.left_out
    assert 0.95 * resolution.stats.candidate_pairs < total <= resolution.stats.candidate_pairs
    assert patterns.pairs[:, Band.MATCH].sum() >= np.count_nonzero(
        links.record_logodds >= MATCH_LOGODDS
    )
    left, right, _ = patterns.examples.T
    assert np.all(kinds[left] & kinds[right])
    monkeypatch.setattr("resolver.engines.local.PAIRS_PER_CHUNK", 97)
    again = dedupe(build_intake(world.records), OPTIONS).stats.patterns
    assert again is not None
    for name in ("patterns", "pairs", "score_sums", "examples", "example_patterns"):
        assert np.array_equal(getattr(again, name), getattr(patterns, name)), name
    without = dedupe(build_intake(world.records), replace(OPTIONS, only_entities=True))
    assert without.stats.patterns is None


def test_scores_do_not_depend_on_the_order_of_comparison(
    resolution: Resolution, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = replace(OPTIONS, only_entities=True)
    monkeypatch.setattr("resolver.engines.local.PAIRS_PER_CHUNK", 97)
    monkeypatch.setattr("resolver.names.pair_alignment.FEWEST_PARTNERS", 1)
    parts = list[slice]()
    places = PairOrder.places

    def note(order: PairOrder, part: slice) -> npt.NDArray[np.int64]:
        parts.append(part)
        return places(order, part)

    monkeypatch.setattr(PairOrder, "places", note)
    again = dedupe(build_intake(world.records), options)
    assert len(parts) > 5
    assert again.labels.tolist() == resolution.labels.tolist()
    assert links_by_id(again) == links_by_id(resolution)


def test_examples_of_patterns_have_their_final_scores(resolution: Resolution) -> None:
    patterns, links = resolution.stats.patterns, resolution.links
    assert patterns is not None
    columns = (links.left, links.right, links.record_logodds)
    own = {(a, b): c for a, b, c in zip(*(column.tolist() for column in columns), strict=True)}
    shared = [(pair, own[a, b]) for a, b, pair in patterns.examples.tolist() if (a, b) in own]
    assert len(shared) > 20
    assert all(pair == score for pair, score in shared)


def test_a_pair_has_the_same_score_by_itself(resolution: Resolution) -> None:
    links, thresholds = resolution.links, Thresholds()
    own = scores(links.record_logodds)
    pairs = zip(links_by_id(resolution), own.tolist(), thresholds.bands(own).tolist(), strict=True)
    chosen = random.Random(7).sample(list(pairs), 150)
    scored = score_pairs(
        resolution.batch,
        [first for (first, _), *_ in chosen],
        [second for (_, second), *_ in chosen],
        OPTIONS,
    )
    assert scored == [(score, Band(band)) for _, score, band in chosen]
    for (first, second), score, band in chosen[:20]:
        assert score_pairs(resolution.batch, [second], [first], OPTIONS) == [(score, Band(band))]


def test_explanations_of_links(resolution: Resolution) -> None:
    links, labels = resolution.links, resolution.labels
    sizes = np.bincount(labels)
    pairs = sizes[labels[links.left]] * sizes[labels[links.right]]
    of_entities = np.flatnonzero(
        (links.outcome == Outcome.QUEUED) & (links.band == Band.REVIEW) & (pairs > 1)
    )
    places = np.array([0, 5, len(links) - 1, of_entities[0]])
    answers = explain_links(resolution, OPTIONS, places)
    assert answers[3].rows[-1].name == "entities"
    for place, answer in zip(places.tolist(), answers, strict=True):
        assert (
            answer.logodds
            == resolution.links.logodds[place]
            == sum(row.weight for row in answer.rows)
        )
        own = explain_pair(resolution.batch, answer.left_id, answer.right_id, OPTIONS)
        assert answer.record_score == own.score
        if "entities" not in {row.name for row in answer.rows}:
            assert answer.rows == own.rows
    assert explain_links(resolution, OPTIONS, places[:0]) == []


def test_linking_compares_only_pairs_across(world: World) -> None:
    half = len(world.records) // 2
    left, right = build_intake(world.records[:half]), build_intake(world.records[half:])
    linked = link(left, right, OPTIONS)
    sides = set(left.batch.ids.to_pylist())
    assert len(linked.links)
    assert all((first in sides) != (second in sides) for first, second in links_by_id(linked))
    # nearly those of one batch, whose population is larger
    whole = matches_by_id(dedupe(build_intake(world.records), OPTIONS))
    across = {pair for pair in whole if (pair[0] in sides) != (pair[1] in sides)}
    assert len(across ^ set(matches_by_id(linked))) <= 0.2 * len(across)
    # candidates compete for records of the left side
    turned = links_by_id(link(right, left, OPTIONS))
    assert len(turned.keys() ^ links_by_id(linked).keys()) <= 0.1 * len(turned)


def test_a_record_on_both_sides_is_compared_with_all_but_itself() -> None:
    people = [
        record(f"s:{row}", name="Zbigniew Brzezinski", birthDate="1928-03-28") for row in range(3)
    ]
    first, second, third = ([person] for person in people)

    def pairs(left: list[Record], right: list[Record]) -> set[tuple[str, str]]:
        return set(links_by_id(link(build_intake(left), build_intake(right), OPTIONS)))

    every = {("s:0", "s:1"), ("s:0", "s:2"), ("s:1", "s:2")}
    assert pairs(people, people) == every
    assert pairs(first, people) == pairs(people, first) == every - {("s:1", "s:2")}
    assert pairs(first + second, second + third) == every
    assert pairs(first + third, second) == every - {("s:0", "s:2")}


def test_linking_with_an_empty_side() -> None:
    people = build_intake(
        record(f"s:{row}", name="Zbigniew Brzezinski", birthDate="1928-03-28") for row in range(3)
    )
    for left, right in ((people, build_intake([])), (build_intake([]), people)):
        linked = link(left, right, OPTIONS)
        assert (len(linked.batch), len(linked.links), linked.stats.candidate_pairs) == (3, 0, 0)


def test_batches_of_no_or_one_record() -> None:
    empty = dedupe(build_intake([]), OPTIONS)
    assert (len(empty.batch), len(empty.labels), len(empty.links)) == (0, 0, 0)
    single = dedupe(build_intake([record("s:1", name="Ann Lee")]), OPTIONS)
    assert single.labels.tolist() == [0]


def test_excluding_kinds_are_never_compared() -> None:
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
    resolution = dedupe(build_intake(crowd), OPTIONS)
    kinds = {first.id: first.kind for first in crowd}
    for first, second in links_by_id(resolution):
        assert kinds[first] & kinds[second]
    excluded = explain_pair(resolution.batch, "s:group0", "s:person0", OPTIONS)
    assert (excluded.band, [row.name for row in excluded.rows]) == (Band.DISTINCT, ["kind"])


def test_legal_entities_are_compared_with_persons_and_with_groups() -> None:
    person = record("s:p", name="Zbigniew Brzezinski", phone="+49 30 123456")
    group = record("s:g", Kind.GROUP, name="Zbigniew Brzezinski", phone="+49 30 123456")
    legal = record("s:l", Kind.LEGAL, name="Zbigniew Brzezinski", phone="+49 30 123456")
    resolution = dedupe(build_intake([person, group, legal]), OPTIONS)
    assert resolution.stats.candidate_pairs == 2
    for other in ("s:p", "s:g"):
        rows = {row.name for row in explain_pair(resolution.batch, "s:l", other, OPTIONS).rows}
        assert "kind" not in rows
        assert any(name.split(" × ")[0].startswith("name") for name in rows)


def test_a_legal_entity_does_not_join_person_and_group() -> None:
    links_by_id: dict[str, Any] = {
        "name": "Zbigniew Brzezinski Lewandowski",
        "phone": "+49 30 123456",
        "email": "z@b.org",
    }
    crowd = [
        record(f"s:{kind.label}", kind, **links_by_id)
        for kind in (Kind.PERSON, Kind.GROUP, Kind.LEGAL)
    ]
    resolution = dedupe(build_intake(crowd), OPTIONS)
    assert len(resolution.links) == 2
    assert len(set(resolution.labels.tolist())) == 2
    assert sorted(resolution.links.outcome.tolist()) == [Outcome.QUEUED, Outcome.MERGED]


def test_deduplicated_sources_lower_the_score() -> None:
    pair = [record(f"s:{row}", name="Ann Lee", birthDate="1960-05-04") for row in range(2)]
    options = RunOptions(workers=1, merge_at=0.0)
    free, ordinary = (
        dedupe(build_intake(pair, deduplicated_sources=["s"]), options),
        dedupe(build_intake(pair), options),
    )
    explained = explain_pair(free.batch, "s:0", "s:1", OPTIONS, ["s"])
    assert explained.logodds < explain_pair(ordinary.batch, "s:0", "s:1", OPTIONS).logodds
    for resolution, expected in (
        (free, explained.score),
        (ordinary, explain_pair(ordinary.batch, "s:0", "s:1", OPTIONS).score),
    ):
        assert [value[1] for value in links_by_id(resolution).values()] == [expected] * len(
            links_by_id(resolution)
        )


def test_merge_threshold_changes_merging_not_bands(resolution: Resolution, world: World) -> None:
    bold = dedupe(build_intake(world.records), RunOptions(merge_at=0.3, workers=1))
    assert matches_by_id(resolution) <= matches_by_id(bold)
    assert len(find_entities(bold)) < len(find_entities(resolution))


def test_plans_can_be_requested(world: World) -> None:
    large = dedupe(build_intake(world.records[:300]), RunOptions(plan="L", workers=1))
    assert large.stats.plan == large.stats.stamp["plan"] == "L"
    with pytest.raises(InputError):
        dedupe(build_intake(world.records[:3]), RunOptions(plan="none"))


def test_stages_are_reported_and_measured(world: World) -> None:
    reported: list[tuple[str, int]] = []

    class Listener:
        def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
            reported.append((stage, 0))

        def advance(self, count: int = 1) -> None:
            reported[-1] = (reported[-1][0], reported[-1][1] + count)

        def finish(self) -> None:
            pass

    resolution = dedupe(build_intake(world.records[:200]), OPTIONS, Listener())
    assert reported == [
        ("normalise", 200),
        ("block", 0),
        ("compare", resolution.stats.candidate_pairs),
        ("cluster", 0),
    ]
    assert [stage.name for stage in resolution.stats.stages] == [
        "normalise",
        "block",
        "compare and classify",
        "cluster",
        "compare entities",
    ]
    assert all(
        stage.wall >= 0 and stage.cpu >= 0 and stage.peak_mib > 0
        for stage in resolution.stats.stages
    )
