"""Links of a run: pairs of records in band match, one pair per two entities in review."""

from __future__ import annotations

import numpy as np

from resolver.records.results.resolution import Band, Outcome
from resolver.scoring import Thresholds
from resolver.scoring.score_links import ScoredRows, build_links

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
        different or [],
        to_rows(entities),
        None if stated is None else np.array(stated, dtype=np.int32),
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


def test_entities_below_the_review_threshold_have_no_link() -> None:
    assert links_of({(0, 1): REVIEW, (1, 2): 10}, [0, 0, 2], {(0, 2): DISTINCT}) == [
        (0, 1, REVIEW, Band.REVIEW, Outcome.MERGED)
    ]


def test_entities_that_conflict_wait_in_review() -> None:
    assert links_of({(0, 1): REVIEW}, [0, 1], {(0, 1): MATCH}) == [
        (0, 1, MATCH, Band.REVIEW, Outcome.QUEUED)
    ]


def test_every_pair_in_band_match_has_its_link() -> None:
    """Two entities with such a pair wait by it, and have no further link in review."""
    pairs = {(0, 2): MATCH, (0, 3): MATCH + 1, (1, 2): REVIEW}
    assert links_of(pairs, [0, 0, 2, 2], {(0, 2): REVIEW}) == [
        (0, 2, MATCH, Band.MATCH, Outcome.QUEUED),
        (0, 3, MATCH + 1, Band.MATCH, Outcome.QUEUED),
    ]


def test_decided_entities_are_apart() -> None:
    """A decision on any two of their records counts; in band match it is that of the two."""
    pairs = {(0, 2): REVIEW, (1, 3): 10, (0, 4): MATCH, (1, 4): MATCH}
    entities = {(0, 2): 500, (0, 4): MATCH}
    labels, apart = [0, 0, 2, 2, 4], [(3, 0), (1, 4)]
    expected = [
        (0, 4, MATCH, Band.MATCH, Outcome.QUEUED),
        (1, 3, 500, Band.REVIEW, Outcome.APART),
        (1, 4, MATCH, Band.MATCH, Outcome.APART),
    ]
    assert links_of(pairs, labels, entities, apart) == expected
    # what lists state counts as much
    assert links_of(pairs, labels, entities, stated=apart) == expected
    assert links_of(pairs, labels, entities, apart[:1], apart[1:]) == expected


def test_no_pairs_have_no_links() -> None:
    assert links_of({}, [0, 1], {}) == []
