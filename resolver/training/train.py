"""Train: lists, judgements and invented worlds to models of all kinds, their calibration and their figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.classify import Calibration, Model
from resolver.compare import COMPARATOR_BY_NAME, features_of
from resolver.errors import InputError
from resolver.ingest.base import Intake
from resolver.pipeline import tables_of
from resolver.records import Kind, Record
from resolver.training.crossval import calibrate, measure, out_of_fold
from resolver.training.fit import FitOptions, fit_additive
from resolver.training.labelled import (
    Judgement,
    Labelled,
    blocked_pairs,
    cluster_names,
    judged_pairs,
    together,
)
from resolver.training.split import split_records
from resolver.training.tables import count_tables
from resolver.training.thin import thin_records

# Comparators whose joint effect is fitted beside their own.
PAIR_TERMS: Mapping[Kind, tuple[tuple[str, str], ...]] = {
    Kind.PERSON: (("name", "birth_date"),),
    Kind.GROUP: (("name", "name_rarity"), ("name_weakest", "name_omitted")),
    Kind.ASSET: (),
}
LEAST_PAIRS = 10
"""With fewer pairs of either label a kind is not fitted."""
SAME_LIST = -3_000
"""Thousandths: twenty to one against two entries of a list that declares itself free of duplicates. Stated, not
learnt: learnt from judged pairs it would carry the model, and the model would fail wherever lists do not say so."""


@dataclass(frozen=True)
class Material:
    """Labelled pairs by kind, and how many judgements named records that were not given."""

    pairs: Mapping[Kind, Labelled]
    dropped: int


@dataclass(frozen=True)
class Trained:
    """The fitted models, the tables, and what cross-validation measured."""

    models: Mapping[Kind, Model]
    tables: Mapping[str, Any]
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class World:
    """Invented records with their truth (record id → true id), blocked under a plan; at most `negatives` false pairs
    are used."""

    name: str
    records: Sequence[Record]
    truth: Mapping[str, str]
    plan: str
    negatives: int


def thinned(world: World, seed: int) -> World:
    """The persons of a world as a register would hold them."""
    records = list(thin_records(world.records, seed))
    return replace(world, name="thin world", records=records, plan="M")


def gather(
    intake: Intake,
    judgements: Sequence[Judgement],
    tables: Mapping[str, Any],
    worlds: Iterable[World] = (),
    *,
    seed: int = 7,
) -> Material:
    """All labelled pairs: judged ones, entries told twice, and invented worlds."""
    shipped = tables_of(dict(tables))
    judged, dropped = judged_pairs(intake.batch, judgements, shipped, ())
    parts = [judged, _told_twice(intake, judgements, shipped, seed)]
    for world in worlds:
        parts.append(
            blocked_pairs(
                world.records,
                dict(world.truth),
                shipped,
                world.name,
                plan=world.plan,
                most_negatives=world.negatives,
                seed=seed,
            )
        )
    kinds = {kind for part in parts for kind in part}
    return Material({kind: together(part[kind] for part in parts if kind in part) for kind in sorted(kinds)}, dropped)


def _told_twice(intake: Intake, judgements: Sequence[Judgement], tables: Any, seed: int) -> dict[Kind, Labelled]:
    """Pairs of pseudo-records of the lists that declare themselves free of duplicates."""
    ids = intake.batch.ids.to_pylist()
    home = dict(zip(ids, cluster_names(ids, judgements), strict=True))
    records: list[Record] = []
    truth, comparable = {}, {}
    for one, two in split_records(intake.batch, seed):
        if one.source not in intake.deduplicated_sources:
            continue
        for copy in (one, two):
            records.append(copy)
            truth[copy.id] = home[copy.id[:-2]]
            comparable[copy.id] = copy.source
    return blocked_pairs(records, truth, tables, "told twice", comparable=comparable, most_negatives=50_000, seed=seed)


def weighted(data: Labelled, shares: Mapping[str, tuple[float, float]]) -> Labelled:
    """Weights so that each origin's positives and negatives sum to the stated amounts (origin → (positives,
    negatives))."""
    weights = data.weights.copy()
    for origin in set(data.origin.tolist()):
        wanted = shares.get(origin, shares["*"])
        for label, amount in zip((1, 0), wanted, strict=True):
            chosen = (data.origin == origin) & (data.labels == label)
            if chosen.any():
                weights[chosen] = amount / chosen.sum()
    return replace(data, weights=weights)


# Positives and negatives by origin: in all about one pair in six is a true one, as among pairs that blocking brings
# together in watchlists.
SHARES: Mapping[str, tuple[float, float]] = {
    "judged": (800.0, 3000.0),
    "told twice": (1500.0, 9000.0),
    "*": (700.0, 4000.0),
}


def fit_options(seed: int) -> FitOptions:
    """How models are fitted, with what is stated instead of learnt."""
    return FitOptions(seed=seed, fixed={"same_list": SAME_LIST})


def fit_kind(data: Labelled, options: FitOptions) -> Model:
    """Fit one kind."""
    features = features_of(data.kind)
    rises = [COMPARATOR_BY_NAME[name].rises for name in features]
    return fit_additive(
        data.kind.label, features, rises, PAIR_TERMS[data.kind], data.evidence, data.labels, data.weights, options
    )


def train(material: Material, tables: Mapping[str, Any], version: str, options: FitOptions) -> Trained:
    """Cross-validate, calibrate on what was not trained on, then fit on everything. A kind with fewer than
    `LEAST_PAIRS` pairs of either label is left out. Raises `InputError` where that leaves none."""
    models: dict[Kind, Model] = {}
    figures: dict[str, Any] = {}
    for kind, raw_data in material.pairs.items():
        if min(np.bincount(raw_data.labels, minlength=2)) < LEAST_PAIRS:
            continue
        data = weighted(raw_data, SHARES)
        found = out_of_fold(data, lambda part: fit_kind(part, options))
        calibration = calibrate(found, data.labels, data.weights)
        figures[kind.label] = _figures(data, found, calibration)
        model = fit_kind(data, options)
        training = {"seed": options.seed, "figures": figures[kind.label], "pairs": _counts(data)}
        models[kind] = replace(model, version=version, calibration=calibration, training=training)
    if not models:
        raise InputError(
            "there is too little to learn from",
            mend=f"give lists or judgements that make {LEAST_PAIRS} true and as many false pairs of one kind",
        )
    return Trained(models, tables, figures)


def _counts(data: Labelled) -> dict[str, dict[str, int]]:
    return {
        origin: {
            "same": int(((data.origin == origin) & (data.labels == 1)).sum()),
            "different": int(((data.origin == origin) & (data.labels == 0)).sum()),
        }
        for origin in sorted(set(data.origin.tolist()))
    }


def _figures(data: Labelled, found: npt.NDArray[np.int64], calibration: Calibration) -> dict[str, Any]:
    logodds = calibration.apply(found)
    answer = {}
    for origin in sorted(set(data.origin.tolist())):
        of_origin = data.origin == origin
        measures = asdict(measure(logodds[of_origin], data.labels[of_origin]))
        answer[origin] = {
            key: round(value, 4) if isinstance(value, float) else value for key, value in measures.items()
        }
    return answer


def make_tables(intakes: Iterable[Intake]) -> dict[str, Any]:
    """The tables to ship, from the lists given."""
    return count_tables(intake.batch for intake in intakes)


__all__ = ["Material", "Trained", "fit_options", "gather", "make_tables", "train"]
