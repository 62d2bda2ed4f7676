"""Parts of a merge: what is tied together stays together, and parts are about even."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from resolver.matching.clustering import DecidedRows
from resolver.matching.resolution_task import ResolutionTask, ScoredCandidates
from resolver.matching.scoring.score_links import score_histogram
from resolver.records.results.resolution import Links
from resolver.spark.merge_plan import (
    SINGLE,
    MergePlan,
    RelationEnds,
    plan_merging,
    plan_writing,
    select_decisions,
)
from tests.engines.local_runs import OPTIONS, build_intake
from tests.records.samples import record

NO_ENDS = RelationEnds(np.zeros(0, np.int32), np.zeros(0, np.uint64))


def plan(
    count: int,
    pairs: list[tuple[int, int, int]],
    ends: RelationEnds = NO_ENDS,
    same: tuple[tuple[int, int], ...] = (),
    members: int = 10,
) -> MergePlan:
    """Return the plan of records 0 … count - 1 with some scored pairs."""
    batch = build_intake(record(f"x:{row:05d}", name="A") for row in range(count)).batch
    task = ResolutionTask.build(batch, (), OPTIONS)
    task = replace(task, decided=DecidedRows(list(same), []))
    return plan_merging(task, score(pairs), [ends], members)


def score(pairs: list[tuple[int, int, int]]) -> ScoredCandidates:
    left, right, logodds = np.array(pairs, dtype=np.int32).reshape(-1, 3).T
    return ScoredCandidates(left, right, logodds, (), score_histogram(logodds))


def test_links_and_decisions_tie_records_together() -> None:
    merge = plan(40, [(0, 30, 9_000), (30, 39, 9_000), (1, 2, -9_000)], same=((5, 6),))
    assert len({int(merge.part_of[row]) for row in (0, 30, 39)}) == 1
    assert merge.component[[0, 30, 39, 1, 2, 5, 6]].tolist() == [0, 0, 0, 1, 2, 5, 5]
    assert np.flatnonzero(merge.part_of != SINGLE).tolist() == [0, 5, 6, 30, 39]


def test_relations_tie_records_that_name_the_same() -> None:
    rows, hashes = np.array([3, 8, 8, 20], np.int32), np.array([7, 7, 9, 9], np.uint64)
    merge = plan(40, [(20, 21, 9_000)], RelationEnds(rows, hashes))
    assert merge.component[[3, 8, 20, 21]].tolist() == [3, 3, 3, 3]
    assert len(set(merge.part_of[[3, 8, 20, 21]].tolist())) == 1


def test_pairs_between_components_are_left_out() -> None:
    pairs = [(0, 1, 9_000), (1, 2, -9_000), (2, 3, 9_000), (0, 4, 9_000), (1, 4, -500)]
    merge = plan(10, pairs)
    assert merge.select_pairs(score(pairs)).tolist() == [0, 2, 3, 4]


def test_parts_hold_about_the_same_number_of_records() -> None:
    pairs = [(row, row + 1, 9_000) for row in range(0, 600, 2)]
    pairs += [(row, row + 1, 9_000) for row in range(700, 780)]
    merge = plan(2_000, pairs, members=50)
    sizes = np.bincount(merge.part_of[merge.part_of != SINGLE], minlength=merge.parts)
    assert sizes.sum() == 681
    assert sizes.max() == 81
    assert np.sort(sizes)[:-1].max() <= 52


def test_files_have_whole_entities_and_what_these_refer_to() -> None:
    """Records 0 … 9 in files of about three; 0 and 7 are one entity, and so are 4 and 5."""
    labels = np.array([0, 1, 2, 3, 4, 4, 6, 0, 8, 9], np.int32)
    files = plan_writing(labels, 3)
    assert files.part_of[[0, 4]].tolist() == files.part_of[[7, 5]].tolist()
    assert len(set(files.part_of.tolist())) == files.parts == 4
    stated = RelationEnds(np.array([9, 1], np.int32), np.array([5, 8], np.uint64))
    bearers = RelationEnds(np.array([7, 4], np.int32), np.array([5, 6], np.uint64))
    nothing = np.zeros(1, np.uint8)
    left, right = np.array([0], np.int32), np.array([8], np.int32)
    zero, rival = np.zeros(1, np.int32), np.array([9])
    links = Links(left, right, zero, np.zeros(1), nothing, nothing, zero, nothing, rival)
    context = files.with_context(links, stated, bearers).context
    first, last = int(files.part_of[0]), int(files.part_of[9])
    # record 8 is the other end of a link of record 0, and record 9 its rival
    assert context.tolist() == [[0, last], [7, last], [8, first], [9, first]]


def test_no_records_have_no_parts() -> None:
    merge = plan(0, [])
    assert (merge.parts, len(merge.part_of)) == (0, 0)


def test_decisions_are_placed_where_both_records_are() -> None:
    decided = DecidedRows([(4, 9), (4, 7)], [(7, 9), (1, 4)])
    numbers = np.array([4, 9, 12], np.int32)
    assert select_decisions(decided, numbers) == DecidedRows([(0, 1)], [])
