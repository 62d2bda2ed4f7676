"""The Python Record Linkage Toolkit: full blocks, string and exact comparisons as in its guides, and its unsupervised
classifier (ECM). Candidate rules are those of
`run_splink`, except on FEBRL 4, where they are wider. Dates and postcodes agree by edit distance: equality did worse.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import recordlinkage

from benchmarks.harness.datasets import Task
from benchmarks.peers.job import MERGE_BORDERS, Clock, Found, components, main, read


@dataclass(frozen=True)
class Plan:
    """Columns to block on (each a rule); columns compared as strings (Jaro-Winkler from 0.85 is agreement, as in the
    guides), as codes and dates (Damerau-Levenshtein from 0.8) and exactly.
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


def run(task: Task, way: str, clock: Clock) -> Found:
    """Block, compare, classify without labels; connected components of the pairs said to be the same."""
    warnings.simplefilter("ignore")
    plan = PLANS[task.dataset]
    frames = [_prefixed(read(path)).set_index(plan.id_column) for path in task.tables]
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
    for border in MERGE_BORDERS:
        said = scores >= border
        clusters[f"{border:g}"] = components(len(ids), rows[0][said], rows[1][said])
        if border == MERGE_BORDERS[0]:
            clock.lap("cluster")
            clock.stop()
    return Found(
        {"left": left, "right": right, "score": scores}, clusters, "ECM; connected components"
    )


def _prefixed(frame: pd.DataFrame) -> pd.DataFrame:
    """With the columns that rules need beside those of the table."""
    more = {
        name: frame[column].str[:size]
        for name, (column, size) in PREFIXES.items()
        if column in frame
    }
    return frame.assign(**more)


def _candidates(frames: list[pd.DataFrame], plan: Plan) -> pd.MultiIndex:
    found: list[pd.MultiIndex] = []
    for columns in plan.blocks:
        index = recordlinkage.Index()
        index.block(list(columns))
        # a missing value is no key
        found.append(index.index(*(frame.dropna(subset=list(columns)) for frame in frames)))
    sides = [
        np.concatenate([pairs.get_level_values(side).to_numpy() for pairs in found])
        for side in (0, 1)
    ]
    return _once(pd.MultiIndex.from_arrays(sides), ordered=len(frames) == 1)


def _once(pairs: pd.MultiIndex, ordered: bool) -> pd.MultiIndex:
    """Each pair once; with `ordered` the smaller id left, since within one table rules may give a pair in either
    order.
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
    main("recordlinkage", run)
