"""Links of a run: pairs of records within entities, one pair per two entities that wait."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resolver.matching.scoring import Thresholds
from resolver.matching.scoring.score_links import (
    SCORE_BINS,
    ApartRows,
    ScoredRows,
    _select_linked,
    build_links,
    score_histogram,
)
from resolver.matching.scoring.terms import scores, threshold_logodds
from resolver.records.results.resolution import Band, Basis, JoiningMerges, Outcome

MATCH, REVIEW, DISTINCT = 4000, 0, -4000
Row = tuple[int, int, int, int, int]


def links_of(
    pairs: dict[tuple[int, int], int],
    labels: list[int],
    entities: dict[tuple[int, int], int],
    different: list[tuple[int, int]] | None = None,
    stated: list[tuple[int, int]] | None = None,
) -> list[Row]:
    """Return the links as (left, right, log-odds, band, outcome)."""
    links = build_links(
        to_rows(pairs),
        np.array(labels, dtype=np.int32),
        Thresholds(),
        ApartRows(different or [], None if stated is None else np.array(stated, dtype=np.int32)),
        to_rows(entities),
    )
    columns = (links.left, links.right, links.logodds, links.band, links.outcome)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def to_rows(pairs: dict[tuple[int, int], int]) -> ScoredRows:
    ends = np.array(list(pairs), dtype=np.int32).reshape(-1, 2)
    return ScoredRows(ends[:, 0], ends[:, 1], np.array(list(pairs.values()), dtype=np.int32))


def test_two_entities_have_one_link_in_review() -> None:
    """It is at the strongest pair, ties to the smallest rows, in any order of the pairs."""
    pairs = {(1, 3): 500, (0, 2): 500, (0, 3): 499, (1, 2): DISTINCT, (0, 1): MATCH, (2, 3): 100}
    expected = [
        (0, 1, MATCH, Band.MATCH, Outcome.MERGED),
        (0, 2, 900, Band.REVIEW, Outcome.QUEUED),
        (2, 3, 100, Band.REVIEW, Outcome.MERGED),
    ]
    assert links_of(pairs, [0, 0, 2, 2], {(0, 2): 900}) == expected
    assert links_of(dict(reversed(pairs.items())), [0, 0, 2, 2], {(0, 2): 900}) == expected


def test_entities_below_the_queue_threshold_have_no_link() -> None:
    assert links_of({(0, 1): REVIEW, (1, 2): 10}, [0, 0, 2], {(0, 2): DISTINCT}) == [
        (0, 1, REVIEW, Band.REVIEW, Outcome.MERGED)
    ]
    least = threshold_logodds(Thresholds().queue)
    for logodds, waiting in ((least - 1, 0), (least, 1)):
        assert len(links_of({(0, 2): REVIEW}, [0, 0, 2], {(0, 2): logodds})) == waiting


def test_entities_that_conflict_wait_in_review() -> None:
    assert links_of({(0, 1): REVIEW}, [0, 1], {(0, 1): MATCH}) == [
        (0, 1, MATCH, Band.MATCH, Outcome.QUEUED)
    ]


def test_entities_whose_records_match_wait_by_one_link() -> None:
    """It is at the strongest pair, with the score of the entities: at least the queue threshold."""
    pairs = {(0, 2): MATCH, (0, 3): MATCH + 1, (1, 2): REVIEW}
    for entities, logodds in ((REVIEW, REVIEW), (DISTINCT, threshold_logodds(0.225))):
        assert links_of(pairs, [0, 0, 2, 2], {(0, 2): entities}) == [
            (0, 3, logodds, Band.REVIEW, Outcome.QUEUED)
        ]


def test_decided_entities_are_apart() -> None:
    """A decision on any two of their records counts."""
    pairs = {(0, 2): REVIEW, (1, 3): 10, (0, 4): MATCH, (1, 4): MATCH}
    entities = {(0, 2): 500, (0, 4): 600}
    labels, apart = [0, 0, 2, 2, 4], [(3, 0), (1, 4)]
    expected = [
        (0, 4, 600, Band.REVIEW, Outcome.APART),
        (1, 3, 500, Band.REVIEW, Outcome.APART),
    ]
    assert links_of(pairs, labels, entities, apart) == expected
    # what lists state counts as much
    assert links_of(pairs, labels, entities, stated=apart) == expected
    assert links_of(pairs, labels, entities, apart[:1], apart[1:]) == expected


def test_results_state_a_match_for_what_is_merged_and_nothing_else() -> None:
    links = build_links(
        to_rows({(0, 1): REVIEW, (0, 2): MATCH, (0, 3): REVIEW}),
        np.array([0, 0, 2, 3], dtype=np.int32),
        Thresholds(),
        ApartRows([]),
        to_rows({(0, 2): MATCH, (0, 3): REVIEW}),
    )
    assert links.band.tolist() == [Band.REVIEW, Band.MATCH, Band.REVIEW]
    assert links.basis.tolist() == [Basis.RECORDS, Basis.OTHERS, Basis.SCORE]
    assert links.stated_band.tolist() == [Band.MATCH, Band.REVIEW, Band.REVIEW]


def test_links_say_what_was_decided_beside_the_score_of_the_records() -> None:
    """Within an entity it is the merge that brought two records together."""
    pairs = {(0, 1): REVIEW, (0, 2): MATCH, (1, 2): 100, (3, 4): 200, (0, 5): MATCH, (3, 5): 300}
    joined = JoiningMerges(
        np.array([3500, MATCH, 3500, 0], dtype=np.int32),
        np.array([Basis.PROFILES, Basis.RECORDS, Basis.RELATIONS, Basis.DECISION], dtype=np.uint8),
        np.array([True, True, True, False]),
    )
    entities = {(0, 5): 900, (3, 5): 3100}
    links = build_links(
        to_rows(pairs),
        np.array([0, 0, 0, 3, 3, 5], dtype=np.int32),
        Thresholds(),
        ApartRows([]),
        to_rows(entities),
        rivals=np.array([-1, 0], dtype=np.int32),
        find_joined=lambda left, right: joined,
    )
    rows = zip(links.left, links.right, links.logodds, links.record_logodds, strict=True)
    assert [tuple(map(int, row)) for row in rows] == [
        (0, 1, 3500, REVIEW),
        (0, 2, MATCH, MATCH),
        (0, 5, 900, MATCH),
        (1, 2, 3500, 100),
        (3, 4, 200, 200),
        (3, 5, 3100, 300),
    ]
    assert [Basis(basis).label for basis in links.basis] == [
        *("profiles", "records", "contradiction", "relations", "decision", "ambiguous"),
    ]
    assert links.rival.tolist() == [-1, -1, -1, -1, -1, 0]


def test_no_pairs_have_no_links() -> None:
    assert links_of({}, [0, 1], {}) == []


LOGODDS = st.lists(st.integers(-9_000, 9_000) | st.sampled_from([-30_000, 30_000]), max_size=30)


@given(LOGODDS)
def test_histogram_counts_the_score_of_each_pair(logodds: list[int]) -> None:
    pairs = np.array(logodds, dtype=np.int32)
    expected, _ = np.histogram(scores(pairs), bins=SCORE_BINS, range=(0.0, 1.0))
    assert score_histogram(pairs).tolist() == expected.tolist()


@given(LOGODDS, st.floats(0.01, 0.6))
def test_pairs_in_band_match_or_review_are_linked(logodds: list[int], review: float) -> None:
    pairs = np.array([*logodds, threshold_logodds(review)], dtype=np.int32)
    rows = np.arange(len(pairs), dtype=np.int32)
    thresholds = Thresholds(match=0.7, review=review)
    linked = _select_linked(ScoredRows(rows[::-1].copy(), rows, pairs), thresholds)
    bands = thresholds.bands(scores(pairs))
    assert linked.right.tolist() == np.flatnonzero(bands != Band.DISTINCT)[::-1].tolist()
    assert linked.logodds.tolist() == pairs[linked.right].tolist()
