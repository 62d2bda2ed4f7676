"""Records without a label to models: blocking, comparators and a sample of all pairs, counted as patterns for `em`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.blocking import candidates, plan_for
from resolver.comparison import NameIndex, compare, features_of
from resolver.errors import InputError
from resolver.ingest.reader_types import Intake
from resolver.normalize import prepare
from resolver.pipeline import model_kinds, symbol_source, tables_of
from resolver.records import Batch, Kind
from resolver.records.batch import IntArray, concat
from resolver.records.prepared.batch import FloatArray, Prepared
from resolver.scoring import Model
from resolver.training.fit.expectation_maximization import (
    VARIABLES,
    Codes,
    Floats,
    Mixture,
    Patterns,
    estimate,
    to_model,
)
from resolver.training.train import SAME_LIST, Trained

SAMPLE = 400_000
"""Pairs drawn from all pairs, to see how records look that blocking does not join."""
CHUNK = 400_000
LEAST_RECORDS, LEAST_MATCHES = 200, 50
"""With fewer records of a kind, or fewer expected matches, there is nothing to tell matches by."""
MOST_SHARE = 0.99
"""Where more of the candidates than this were taken for matches, the mixture has no second class."""


@dataclass(frozen=True)
class _Pairs:
    """The pairs that count: `left`, `right` are candidates and `one`, `two` a sample of the rest; `groups`: sets of
    records within which nobody is compared with another (sides, and lists free of duplicates), -1 none."""

    prepared: Prepared
    left: IntArray
    right: IntArray
    one: IntArray
    two: IntArray
    groups: npt.NDArray[np.int64]


def learn(
    left: Intake, right: Intake | None, tables: Mapping[str, Any], version: str, *, seed: int = 7
) -> tuple[Trained, dict[str, str]]:
    """Models of the kinds that can be learnt, and why the others (by their label) cannot. With `right` only pairs
    across are looked at, as `link` does. Deterministic. Raises `InputError` where no kind can be learnt."""
    pairs = _all_pairs(left, right, tables, seed)
    models: dict[Kind, Model] = {}
    without: dict[str, str] = {}
    names = NameIndex.of(pairs.prepared)
    for kind in VARIABLES:
        records = int(((pairs.prepared.kinds & int(kind)) != 0).sum())
        if records < LEAST_RECORDS:
            without[kind.label] = f"{records} records, {LEAST_RECORDS} are needed"
            continue
        patterns = _patterns(pairs, names, kind)
        if not len(patterns.counts) or not patterns.variables:
            without[kind.label] = "blocking joins no two records"
            continue
        mixture = estimate(patterns)
        flaw = _flaw(mixture, patterns)
        if flaw:
            without[kind.label] = flaw
            continue
        model = to_model(kind, patterns.variables, mixture, {"same_list": SAME_LIST})
        models[kind] = replace(model, version=version, training=_told(patterns, mixture, seed))
    if not models:
        raise InputError(
            "there is nothing to learn from without labels: "
            + "; ".join(f"{k}: {why}" for k, why in without.items()),
            mend="give more records, or labels (--judged, --clusters)",
        )
    return Trained(models, tables, {}), without


def _flaw(mixture: Mixture, patterns: Patterns) -> str:
    if mixture.expected < LEAST_MATCHES:
        return f"about {round(mixture.expected)} matches, {LEAST_MATCHES} are needed"
    if mixture.expected > MOST_SHARE * float(patterns.counts.sum()):
        return "nearly all pairs look the same, so nothing tells matches from others"
    return ""


def _told(patterns: Patterns, mixture: Mixture, seed: int) -> dict[str, Any]:
    candidate = int(patterns.counts.sum())
    same = round(mixture.expected)
    return {
        "method": "Fellegi-Sunter by EM, no labels",
        "seed": seed,
        "steps": mixture.steps,
        "all_pairs": int(patterns.total),
        "pairs": {"no labels (expected)": {"same": same, "different": candidate - same}},
        "figures": {},
    }


def _all_pairs(left: Intake, right: Intake | None, tables: Mapping[str, Any], seed: int) -> _Pairs:
    batch, sides = _joined(left, right)
    sources = left.deduplicated_sources | (right.deduplicated_sources if right else frozenset())
    prepared = prepare(batch, tables_of(dict(tables)), symbol_source().lookup, ())
    groups = _groups(batch, sides, sources)
    found, _ = candidates(prepared, plan_for(len(batch)), sides=sides)
    kept = _apart(groups, found.left, found.right)
    one, two = _sample(len(batch), found.left, found.right, groups, seed)
    return _Pairs(prepared, found.left[kept], found.right[kept], one, two, groups)


def _joined(left: Intake, right: Intake | None) -> tuple[Batch, npt.NDArray[np.uint8] | None]:
    if right is None:
        return left.batch, None
    ids = set(right.batch.ids.to_pylist())
    kept = [row for row, identity in enumerate(left.batch.ids.to_pylist()) if identity not in ids]
    batch = concat([left.batch.take(np.array(kept, dtype=np.int64)), right.batch]).canonical()
    return batch, np.array([identity in ids for identity in batch.ids.to_pylist()], dtype=np.uint8)


def _groups(
    batch: Batch, sides: npt.NDArray[np.uint8] | None, declared: frozenset[str]
) -> npt.NDArray[np.int64]:
    """Which set of records that are all different each record belongs to: its side, or its list; -1 none."""
    if sides is not None:
        return sides.astype(np.int64)
    names = sorted(declared)
    place = {name: number for number, name in enumerate(names)}
    return np.array(
        [place.get(identity.partition(":")[0], -1) for identity in batch.ids.to_pylist()],
        dtype=np.int64,
    )


def _apart(groups: npt.NDArray[np.int64], left: IntArray, right: IntArray) -> npt.NDArray[np.bool_]:
    apart: npt.NDArray[np.bool_] = (groups[left] != groups[right]) | (groups[left] < 0)
    return apart


def _sample(
    count: int, left: IntArray, right: IntArray, groups: npt.NDArray[np.int64], seed: int
) -> tuple[IntArray, IntArray]:
    """Pairs drawn by chance from all that blocking did not join (with repetition, where there are few)."""
    chance = np.random.default_rng(seed)
    one, two = chance.integers(0, count, (2, SAMPLE))
    one, two = np.minimum(one, two).astype(np.int32), np.maximum(one, two).astype(np.int32)
    known = left.astype(np.int64) * count + right
    free = (
        (one != two)
        & _apart(groups, one, two)
        & ~np.isin(one.astype(np.int64) * count + two, known)
    )
    return one[free], two[free]


def _total(groups: npt.NDArray[np.int64]) -> float:
    """How many pairs of these records count."""
    held = np.unique(groups[groups >= 0], return_counts=True)[1].astype(np.float64)
    return len(groups) * (len(groups) - 1) / 2 - float((held * (held - 1) / 2).sum())


def _patterns(pairs: _Pairs, names: NameIndex, kind: Kind) -> Patterns:
    prepared = pairs.prepared
    codes, counts = _counted(_coded(prepared, names, pairs.left, pairs.right, kind))
    others, weights = _counted(_coded(prepared, names, pairs.one, pairs.two, kind))
    total = _total(pairs.groups[(prepared.kinds & int(kind)) != 0])
    unjoined = max(total - float(counts.sum()), 0.0)
    variables = VARIABLES[kind]
    told = [bool((codes[:, column] < one.size).any()) for column, one in enumerate(variables)]
    heard = {
        name for one, here in zip(variables, told, strict=True) if here for name in one.features
    }
    columns = [
        n for n, one in enumerate(variables) if told[n] and not heard.intersection(one.unless)
    ]
    used = tuple(variables[column] for column in columns)
    if not used:
        return Patterns((), codes[:0], counts[:0], (), total)
    rest: tuple[Floats, ...] = tuple(
        np.bincount(others[:, column], weights=weights, minlength=one.size + 1)[: one.size].astype(
            np.float64
        )
        * np.float64(unjoined / max(float(weights.sum()), 1.0))
        for column, one in zip(columns, used, strict=True)
    )
    codes, counts = _counted([(codes[:, columns], counts)])
    return Patterns(used, codes, counts, rest, total)


def _coded(
    prepared: Prepared, names: NameIndex, left: IntArray, right: IntArray, kind: Kind
) -> Iterator[tuple[Codes, Floats]]:
    """The values of the variables of pairs of one kind, in chunks that fit into memory."""
    where = np.flatnonzero(model_kinds(prepared.kinds, left, right) == int(kind))
    features = features_of(kind)
    # an empty chunk too has its columns
    for start in range(0, max(len(where), 1), CHUNK):
        rows = where[start : start + CHUNK]
        evidence: FloatArray = compare(
            prepared, names, left[rows], right[rows], features, group=kind != Kind.PERSON
        )
        codes = np.stack(
            [variable.codes(evidence, features) for variable in VARIABLES[kind]], axis=1
        )
        yield _distinct(codes, np.ones(len(codes)))


def _counted(parts: Iterable[tuple[Codes, Floats]]) -> tuple[Codes, Floats]:
    held = list(parts)
    return _distinct(
        np.concatenate([codes for codes, _ in held]), np.concatenate([counts for _, counts in held])
    )


def _distinct(codes: Codes, counts: Floats) -> tuple[Codes, Floats]:
    """The distinct rows, sorted, and how often each stands."""
    tops = codes.max(axis=0, initial=0) + 1
    steps = np.concatenate([np.cumprod(tops[::-1])[::-1][1:], [1]]).astype(np.int64)
    _, first, inverse = np.unique(codes @ steps, return_index=True, return_inverse=True)
    return codes[first], np.bincount(inverse, weights=counts, minlength=len(first)).astype(
        np.float64
    )
