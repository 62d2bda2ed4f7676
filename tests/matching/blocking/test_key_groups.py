"""Groups of equal keys, against grouping by a dictionary."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.matching.blocking import key_groups
from resolver.matching.blocking.key_groups import KeyGroups, group_keys
from resolver.matching.blocking.keys import RuleKeys, mix
from resolver.runtime.key_groups import RecordSides

ENTRIES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60), st.integers(0, 3)))


def rule_keys(entries: list[tuple[int, int, int]]) -> RuleKeys:
    """Return keys of (key, row, refinement); keys are spread over 64 bits as hashes are."""
    columns = np.array(entries, dtype=np.int64).reshape(-1, 3)
    spread = mix(columns[:, 0].astype(np.uint64), np.uint64(7))
    return RuleKeys(columns[:, 1].astype(np.int32), spread, columns[:, 2].astype(np.int32))


def sides(count: int = 61) -> RecordSides:
    zeros = np.zeros(count, dtype=np.uint8)
    return RecordSides(np.ones(count, dtype=np.uint8), zeros, False)


def members(groups: KeyGroups) -> set[tuple[tuple[int, int], ...]]:
    """Return the rows and refinements of each group, in the group's order."""
    entries = list(zip(groups.rows.tolist(), groups.refine.tolist(), strict=True))
    bounds = groups.bounds.tolist()
    return {tuple(entries[first:last]) for first, last in pairwise(bounds)}


def expected_members(entries: list[tuple[int, int, int]]) -> dict[int, tuple[tuple[int, int], ...]]:
    by_key: dict[int, list[tuple[int, int]]] = {}
    for key, row, narrow in entries:
        by_key.setdefault(key, []).append((row, narrow))
    return {
        key: tuple(sorted(group, key=lambda entry: entry[1]))
        for key, group in by_key.items()
        if len(group) > 1
    }


@pytest.mark.parametrize("keys_per_part", [1, 4_000])
@given(entries=ENTRIES)
def test_groups_are_those_of_a_dictionary(
    keys_per_part: int, entries: list[tuple[int, int, int]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_groups, "_KEYS_PER_PART", keys_per_part)
        groups = group_keys(rule_keys(entries), 3, sides(), 10_000)
    assert members(groups) == set(expected_members(entries).values())
    assert groups.distinct == len({key for key, _, _ in entries})
    assert groups.cut == 0


@given(entries=ENTRIES, purged=st.sets(st.integers(0, 30)))
def test_keys_that_are_purged_elsewhere_have_no_group(
    entries: list[tuple[int, int, int]], purged: set[int]
) -> None:
    hashes = {key: int(mix(np.array([key], dtype=np.uint64), np.uint64(7))[0]) for key in range(31)}
    away = {hashes[key] for key in purged}

    def purge_counts(keys: np.ndarray) -> np.ndarray:
        """Return 1 for purged keys, which have to come in ascending order."""
        assert keys.tolist() == sorted(keys.tolist())
        return np.array([int(key in away) for key in keys.tolist()], dtype=np.int64)

    groups = group_keys(rule_keys(entries), 3, sides(), 10_000, purge_counts)
    expected = expected_members(entries)
    assert members(groups) == {group for key, group in expected.items() if key not in purged}


def test_a_large_group_is_ordered_and_cut_at_the_cap() -> None:
    entries = [(1, row, row % 4) for row in range(60)] + [(2, 0, 0), (2, 5, 0)]
    groups = group_keys(rule_keys(entries), 3, sides(), 10_000)
    assert members(groups) == set(expected_members(entries).values())
    capped = group_keys(rule_keys(entries), 3, sides(), 100)
    assert members(capped) == {((0, 0), (5, 0))}
    # 15 rows of each refinement, of which those without pair with all
    assert capped.cut == 3 * (15 * 14 // 2) + 15 * 45 + 15 * 14 // 2


def test_work_counts_rows_and_a_little_for_each_pair() -> None:
    groups = group_keys(rule_keys([(7, row, 0) for row in range(5)]), 0, sides(), 100)
    assert groups.work == 5 + 10 / key_groups._PAIRS_PER_ROW
    assert group_keys(rule_keys([(7, 1, 0)]), 0, sides(), 100).work == 0
