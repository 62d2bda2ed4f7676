"""Run the Python Record Linkage Toolkit as its guides do.

Full blocks, string and exact comparisons, and its unsupervised classifier (ECM). Candidate rules
are those of `run_splink`, except on FEBRL 4, where they are wider. Dates and postcodes agree by
edit distance, since equality gave worse results.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import recordlinkage

from benchmarks.harness.datasets import Task
from benchmarks.peers.job import (
    MERGE_THRESHOLDS,
    Clock,
    PeerAnswer,
    components,
    read_table,
    run_script,
)


@dataclass(frozen=True)
class Plan:
    """Columns of one data set and how they are used.

    `blocks`: columns to block on, each row a rule. `strings`: compared by Jaro-Winkler, which
    agrees from 0.85 as in the guides. `edits`: codes and dates, compared by Damerau-Levenshtein
    from 0.8. `exact`: compared for equality.
    """

    blocks: Sequence[Sequence[str]]
    strings: Sequence[str]
    edits: Sequence[str]
    exact: Sequence[str]
    id_column: str = "unique_id"


FEBRL_STRINGS = ("given_name", "surname", "address_1", "suburb")
FEBRL_EDITS = ()
FEBRL_EXACT = ("date_of_birth", "soc_sec_id", "postcode", "state")
PLANS = {
    "febrl3": Plan(
        [["soc_sec_id"], ["given_name"], ["surname"], ["date_of_birth"], ["postcode"]],
        FEBRL_STRINGS,
        FEBRL_EDITS,
        FEBRL_EXACT,
        "rec_id",
    ),
    "febrl4": Plan(
        [
            ["given_name"],
            ["surname"],
            ["date_of_birth"],
            ["soc_sec_id"],
            ["postcode"],
            ["street_number", "address_1"],
        ],
        FEBRL_STRINGS,
        FEBRL_EDITS,
        FEBRL_EXACT,
        "rec_id",
    ),
    "fake_1000": Plan(
        [["first_name"], ["surname"], ["dob"], ["email"]],
        ("first_name", "surname", "city"),
        ("dob",),
        ("email",),
    ),
    "historical_50k": Plan(
        [
            ["first_3", "surname_4"],
            ["surname", "dob"],
            ["first_name", "dob"],
            ["postcode_fake", "first_name"],
            ["postcode_fake", "surname"],
            ["dob", "birth_place"],
            ["postcode_3", "dob"],
            ["postcode_3", "first_name"],
            ["postcode_3", "surname"],
            ["first_2", "surname_2", "year"],
        ],
        ("first_name", "surname", "birth_place"),
        ("dob", "postcode_fake"),
        ("occupation",),
    ),
}
PREFIXES = {
    "first_3": ("first_name", 3),
    "first_2": ("first_name", 2),
    "surname_4": ("surname", 4),
    "surname_2": ("surname", 2),
    "postcode_3": ("postcode_fake", 3),
    "year": ("dob", 4),
}


def run(task: Task, way: str, clock: Clock) -> PeerAnswer:
    """Block, compare, classify without labels, and build connected components of matches."""
    warnings.simplefilter("ignore")
    plan = PLANS[task.dataset]
    frames = [_prefixed(read_table(path)).set_index(plan.id_column) for path in task.tables]
    clock.lap("read")
    pairs = _candidates(frames, plan)
    clock.lap("block")
    features = _compare(pairs, frames, plan)
    clock.lap("compare")
    classifier = recordlinkage.ECMClassifier()
    classifier.fit(features)
    scores = classifier.prob(features).to_numpy()
    clock.lap("classify")
    ids = np.concatenate([frame.index.to_numpy(dtype=object) for frame in frames])
    place = pd.Index(ids)
    left, right = (pairs.get_level_values(side).to_numpy(dtype=object) for side in (0, 1))
    rows = place.get_indexer(pd.Index(left)), place.get_indexer(pd.Index(right))
    clusters = {"id": ids}
    for threshold in MERGE_THRESHOLDS:
        merged = scores >= threshold
        clusters[f"{threshold:g}"] = components(len(ids), rows[0][merged], rows[1][merged])
        if threshold == MERGE_THRESHOLDS[0]:
            clock.lap("cluster")
            clock.stop()
    return PeerAnswer(
        {"left": left, "right": right, "score": scores}, clusters, "ECM; connected components"
    )


def _prefixed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the additional columns that rules need."""
    prefixes = {
        name: frame[column].str[:size]
        for name, (column, size) in PREFIXES.items()
        if column in frame
    }
    return frame.assign(**prefixes)


def _candidates(frames: list[pd.DataFrame], plan: Plan) -> pd.MultiIndex:
    blocks: list[pd.MultiIndex] = []
    for columns in plan.blocks:
        index = recordlinkage.Index()
        index.block(list(columns))
        # a missing value is no key
        blocks.append(index.index(*(frame.dropna(subset=list(columns)) for frame in frames)))
    sides = [
        np.concatenate([pairs.get_level_values(side).to_numpy() for pairs in blocks])
        for side in (0, 1)
    ]
    return _drop_repeated(pd.MultiIndex.from_arrays(sides), ordered=len(frames) == 1)


def _drop_repeated(pairs: pd.MultiIndex, ordered: bool) -> pd.MultiIndex:
    """Return each pair once; with `ordered` the smaller id is on the left.

    Within one table rules may give a pair in either order.
    """
    sides = np.array([pairs.get_level_values(0), pairs.get_level_values(1)], dtype=object)
    if ordered:
        swap = sides[0] > sides[1]
        sides[:, swap] = sides[::-1, swap]
    return pd.MultiIndex.from_arrays(list(sides)).drop_duplicates()


def _compare(pairs: pd.MultiIndex, frames: list[pd.DataFrame], plan: Plan) -> pd.DataFrame:
    compare = recordlinkage.Compare()
    for column in plan.strings:
        compare.string(column, column, method="jarowinkler", threshold=0.85, label=column)
    for column in plan.edits:
        compare.string(column, column, method="damerau_levenshtein", threshold=0.8, label=column)
    for column in plan.exact:
        compare.exact(column, column, label=column)
    features: pd.DataFrame = compare.compute(pairs, *frames)
    return features


if __name__ == "__main__":
    run_script("recordlinkage", run)
