"""Keys in several partitions: the same keys and pairs are purged as in one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.matching.blocking.key_groups import (
    KeyTally,
    block_sizes,
    join_keys,
    purge_gathered_keys,
    split_heavy_keys,
)
from resolver.matching.blocking.keys import RuleKeys
from resolver.records.prepared.batch import ByteArray
from resolver.runtime.key_groups import BOTH_SIDES
from tests.matching.preparing import same

ROWS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(0, 2), st.integers(0, BOTH_SIDES)),
    max_size=60,
)
Rows = list[tuple[int, int, int, int]]
PARTS = ("base", "refine", "side", "times")


def keys(rows: Rows) -> tuple[RuleKeys, ByteArray]:
    """Return one record per key (base, refinement, partition, side), and the sides."""
    base, refine, _, side = ([row[part] for row in rows] for part in range(4))
    rule_keys = RuleKeys(
        np.arange(len(rows), dtype=np.int32), np.array(base, np.uint64), np.array(refine, np.int32)
    )
    return rule_keys, np.array(side, np.uint8)


def joined(
    rule_keys: RuleKeys, sides: ByteArray, linking: bool, cap: int
) -> tuple[set[int], int, int]:
    packed, distinct, cut = join_keys(rule_keys, np.ones(len(sides), np.uint8), sides, linking, cap)
    return set(packed.tolist()), distinct, cut


@given(ROWS, st.booleans(), st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_partitions_are_purged_as_one(rows: Rows, linking: bool, cap: int) -> None:
    whole, sides = keys(rows)
    places = np.array([row[2] for row in rows], dtype=np.int64)
    parts = []
    for place in range(3):
        is_here = places == place
        part_keys = RuleKeys(whole.rows[is_here], whole.base[is_here], whole.refine[is_here])
        parts.append(split_heavy_keys(part_keys, sides[is_here], linking, cap))
    light = RuleKeys(
        *(
            np.concatenate([getattr(light_part, name) for light_part, _ in parts])
            for name in ("rows", "base", "refine")
        )
    )
    tally = KeyTally(
        *(np.concatenate([getattr(tally_part, name) for _, tally_part in parts]) for name in PARTS)
    )
    rest, purged, cut = purge_gathered_keys(light, sides[light.rows], linking, tally)
    pairs, distinct, cut_here = joined(rest, sides, linking, cap)
    assert (pairs, distinct + purged, cut + cut_here) == joined(whole, sides, linking, cap)


@given(ROWS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_sizes_count_the_pairs(rows: Rows, linking: bool) -> None:
    expected: dict[int, int] = {}
    for number, (base, refine, _, side) in enumerate(rows):
        others = [
            (tally_part, its)
            for light_part, tally_part, _, its in rows[:number]
            if light_part == base
        ]
        pairs = [
            (refine == tally_part or not refine or not tally_part)
            and (side != its or side == BOTH_SIDES or not linking)
            for tally_part, its in others
        ]
        expected[base] = expected.get(base, 0) + sum(pairs)
    rule_keys, sides = keys(rows)
    bases, size = block_sizes(
        KeyTally(rule_keys.base, rule_keys.refine, sides, np.ones(len(rows), dtype=np.int64)),
        linking,
    )
    assert dict(zip(bases.tolist(), size.tolist(), strict=True)) == expected


def test_a_key_of_all_records_is_sent_as_counts() -> None:
    crowd = RuleKeys(
        np.arange(5_000, dtype=np.int32),
        np.full(5_000, 7, np.uint64),
        np.arange(5_000, dtype=np.int32) % 3,
    )
    light, tally = split_heavy_keys(crowd, np.zeros(5_000, np.uint8), False, 1_000)
    assert len(light.rows) == 0
    times = np.array([1667, 1667, 1666], np.int64)
    few = KeyTally(
        np.array([7, 7, 7], np.uint64), np.array([0, 1, 2], np.int32), np.zeros(3, np.uint8), times
    )
    assert same(tally, few)
