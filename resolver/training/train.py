"""Train: lists, judgements and invented worlds to models of all kinds, their calibration and their figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.classify import GATE, Model
from resolver.compare import COMPARATOR_BY_NAME, features_of
from resolver.errors import InputError
from resolver.ingest.base import Intake
from resolver.pipeline import tables_of
from resolver.records import Kind, Record
from resolver.training.alone import alone_pairs
from resolver.training.clusters import CLUSTERS, Clusters, cluster_pairs
from resolver.training.contradictions import quarantine
from resolver.training.crossval import FOLDS, calibrate, out_of_fold
from resolver.training.differing import Differing, differing_pairs
from resolver.training.figures import data_hash, measured
from resolver.training.fit import FitOptions, fit_additive
from resolver.training.labelled import (
    Judgement,
    Labelled,
    blocked_pairs,
    cluster_names,
    judged_pairs,
    together,
)
from resolver.training.registers import REGISTERS, registers_of
from resolver.training.split import split_records
from resolver.training.tables import count_tables

# Comparators whose joint effect is fitted beside their own.
PAIR_TERMS: Mapping[Kind, tuple[tuple[str, str], ...]] = {
    Kind.PERSON: (
        ("name", "birth_date"),
        ("name_rarity", "birth_date"),
        ("name_rarity", "birth_place"),
        ("name_rarity", "address"),
    ),
    Kind.GROUP: (("name", "name_rarity"), ("name_weakest", "name_omitted")),
    Kind.ASSET: (),
}
LEAST_PAIRS = 10
"""With fewer pairs of either label a kind is not fitted."""
FINE: Mapping[str, Any] = {"rounds": 300, "learning_rate": 0.15, "leaves": 8, "least_leaf": 20.0}
FINE_FROM = 50_000
"""From so many pairs of labelled clusters on, the fit may follow the data more finely."""
SAME_LIST = -3_000
"""Thousandths: twenty to one against two entries of a list that declares itself free of duplicates. Stated, not
learnt: learnt from judged pairs it would carry the model, and the model would fail wherever lists do not say so."""
REGISTER_PAIRS = (20_000, 12_000)
"""False and true pairs taken of a register, at most; they stand for all."""
PLAIN: Mapping[str, Any] = {"rounds": 500, "learning_rate": 0.08, "leaves": 6, "least_leaf": 20.0}
"""How the plain part is fitted: on many pairs, and finely."""
Share = tuple[float, float] | float


@dataclass(frozen=True)
class Material:
    """Labelled pairs by kind, how many judgements named records that were not given, what else was left out, by why,
    and how many records each source has."""

    pairs: Mapping[Kind, Labelled]
    dropped: int
    quarantined: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Trained:
    """The fitted models, the tables, and what cross-validation measured."""

    models: Mapping[Kind, Model]
    tables: Mapping[str, Any]
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class World:
    """Invented records with their truth (record id → true id), blocked under a plan; at most `negatives` false and
    `positives` true pairs are used; a false one counts `namesakes` times."""

    name: str
    records: Sequence[Record]
    truth: Mapping[str, str]
    plan: str
    negatives: int
    positives: int = 100_000
    namesakes: float = 1.0


def register_worlds(people: Iterable[tuple[Record, str]], seed: int) -> list[World]:
    """Registers, made of the names and places of invented `people` (each with its name culture)."""
    return [
        World(register.name, records, truth, register.plan, *REGISTER_PAIRS, register.namesakes)
        for register, records, truth in registers_of(people, seed)
    ]


def gather(
    intake: Intake,
    judgements: Sequence[Judgement],
    tables: Mapping[str, Any],
    worlds: Sequence[World] = (),
    *,
    spellings: Iterable[tuple[str, ...]] = (),
    differing: Iterable[Differing] = (),
    clusters: Clusters | None = None,
    seed: int = 7,
) -> Material:
    """All labelled pairs: judged ones, those of labelled clusters, entries told twice, names alone (of entries,
    and `spellings` of invented persons' names), invented pairs `differing` in one thing, and invented worlds. Where
    clusters are plenty, nothing is added to them but what humans judged."""
    shipped = tables_of(dict(tables))
    known = clusters or Clusters({}, {})
    judgements, odd = quarantine(judgements, known.home)
    # records are one cluster where judgements and labelled clusters together say so, for every kind of pair
    names = cluster_names(intake.batch.ids.to_pylist(), [*judgements, *known.as_judgements()])
    judged, dropped = judged_pairs(intake.batch, judgements, shipped, (), names)
    parts = [judged, cluster_pairs(intake.batch, known, names, shipped, seed=seed)]
    if known.plenty:
        worlds = ()
    else:
        parts.append(_told_twice(intake, names, shipped, seed))
        sources = intake.deduplicated_sources
        parts.append(alone_pairs(intake.batch, names, sources, shipped, invented=spellings, seed=seed))
        parts.append(differing_pairs(differing, shipped))
    for world in worlds:
        parts.append(
            blocked_pairs(
                world.records,
                dict(world.truth),
                shipped,
                world.name,
                plan=world.plan,
                most_negatives=world.negatives,
                most_positives=world.positives,
                seed=seed,
            )
        )
        for data in parts[-1].values():
            data.weights[data.labels == 0] *= world.namesakes
    kinds = {kind for part in parts for kind in part}
    pairs = {kind: together(part[kind] for part in parts if kind in part) for kind in sorted(kinds)}
    return Material(pairs, dropped, odd, _sources(intake, worlds))


def _sources(intake: Intake, worlds: Sequence[World]) -> dict[str, int]:
    column = intake.batch.sources
    counts = np.bincount(column.codes, minlength=len(column.values))
    read = {name: int(count) for name, count in sorted(zip(column.values.to_pylist(), counts, strict=True)) if count}
    invented: Counter[str] = Counter()
    for world in worlds:
        invented[world.name] += len(world.records)
    return {**read, **invented}


def _told_twice(intake: Intake, names: Sequence[str], tables: Any, seed: int) -> dict[Kind, Labelled]:
    """Pairs of pseudo-records of the lists that declare themselves free of duplicates."""
    home = dict(zip(intake.batch.ids.to_pylist(), names, strict=True))
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


def weighted(data: Labelled, shares: Mapping[str, Share]) -> Labelled:
    """Weights so that each origin's positives and negatives sum to the stated amounts (origin → (positives,
    negatives), or both together, in the proportion they came in)."""
    weights = data.weights.copy()
    for origin in set(data.origin.tolist()):
        if origin == CLUSTERS:
            # as blocking gives them; but never fewer than what is invented beside them
            own = data.origin == CLUSTERS
            weights[own] *= max(LEAST_CLUSTERED / weights[own].sum(), 1.0)
            continue
        wanted = shares.get(origin, shares["*"])
        if isinstance(wanted, float):
            own = data.origin == origin
            weights[own] *= wanted / weights[own].sum()
            continue
        for label, amount in zip((1, 0), wanted, strict=True):
            chosen = (data.origin == origin) & (data.labels == label)
            if chosen.any():
                weights[chosen] = amount / chosen.sum()
    return replace(data, weights=weights)


# Positives and negatives by origin: in all about one pair in six is a true one, as among pairs that blocking brings
# together in watchlists.
LEAST_CLUSTERED = 12_000.0
"""What pairs of labelled clusters weigh together at least."""
SHARES: Mapping[str, Share] = {
    "judged": (800.0, 3000.0),
    "told twice": (1500.0, 9000.0),
    "decided": 1000.0,
    # of two names that are asked about, about half are the same
    "names alone": (1000.0, 900.0),
    "one difference": (600.0, 300.0),
    "club": 3000.0,
    "archive": 5000.0,
    "parish": 3000.0,
    "post": 2000.0,
    "census": 6000.0,
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
        data.kind.label,
        features,
        rises,
        PAIR_TERMS[data.kind],
        data.evidence,
        data.labels,
        data.weights,
        options,
        data.plans,
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
        branches = _branches(data)
        ways = (options, replace(options, **PLAIN))
        fitted = [_fit_branch(data.where(mask), way) for mask, way in zip(branches, ways, strict=False)]
        told = measured(together(one.held_out for one in fitted), np.concatenate([one.logodds for one in fitted]))
        figures[kind.label] = told["figures"]
        training = {"seed": options.seed, "pairs": _counts(data), "data": data_hash(data), **told, **_origin(material)}
        plain = replace(fitted[1].model, version=version) if len(fitted) > 1 else None
        models[kind] = replace(fitted[0].model, version=version, training=training, plain=plain)
    if not models:
        raise InputError(
            "there is too little to learn from",
            mend=f"give lists or judgements that make {LEAST_PAIRS} true and as many false pairs of one kind",
        )
    return Trained(models, tables, figures)


@dataclass(frozen=True)
class _Fitted:
    """A calibrated model, the pairs it was tested on by cross-validation, and their calibrated log-odds."""

    model: Model
    held_out: Labelled
    logodds: npt.NDArray[np.int64]


_REGISTERED = [register.name for register in REGISTERS]


def _branches(data: Labelled) -> list[npt.NDArray[np.bool_]]:
    """All pairs; or, where registers are learnt from, those that look like watchlists and those that do not."""
    if data.kind != Kind.PERSON or not np.isin(data.origin, _REGISTERED).any():
        return [np.ones(len(data), dtype=bool)]
    plain: npt.NDArray[np.bool_] = data.evidence[:, data.features.index(GATE)] == 0
    enough = all(np.bincount(data.labels[mask], minlength=2).min() >= LEAST_PAIRS for mask in (plain, ~plain))
    return [~plain, plain] if enough else [np.ones(len(data), dtype=bool)]


def _fit_branch(data: Labelled, options: FitOptions) -> _Fitted:
    dense = data.origin == CLUSTERS
    options = replace(options, **FINE) if int(dense.sum()) >= FINE_FROM else options
    totals = _totals(data)

    def fit(part: Labelled) -> Model:
        # what a fold leaves out is mostly false pairs, across folds: the classes must stand as they do in all
        return fit_kind(_summing_to(part, totals), options)

    # in a register nearly everybody is joined with somebody of another fold
    dense |= np.isin(data.origin, _REGISTERED)
    found, tested = out_of_fold(data, fit, 3 if dense.mean() > 0.5 else FOLDS, dense)
    held_out, found = _as_all(data, tested), found[tested]
    calibration = calibrate(found, held_out.labels, held_out.weights)
    return _Fitted(replace(fit(data), calibration=calibration), held_out, calibration.apply(found))


def _as_all(data: Labelled, tested: npt.NDArray[np.bool_]) -> Labelled:
    """The tested pairs, weighing as all of their origin and label do."""
    return _summing_to(data.where(tested), _totals(data))


def _totals(data: Labelled) -> dict[tuple[str, int], float]:
    """What the pairs of each origin and label weigh together."""
    keys = [(str(origin), label) for origin in sorted(set(data.origin.tolist())) for label in (0, 1)]
    return {key: float(data.weights[(data.origin == key[0]) & (data.labels == key[1])].sum()) for key in keys}


def _summing_to(part: Labelled, totals: Mapping[tuple[str, int], float]) -> Labelled:
    """The pairs, weighing together what is stated for their origin and label."""
    weights = part.weights.copy()
    for (origin, label), total in totals.items():
        chosen = (part.origin == origin) & (part.labels == label)
        if chosen.any() and total > 0:
            weights[chosen] *= total / weights[chosen].sum()
    return replace(part, weights=weights)


def _origin(material: Material) -> dict[str, Any]:
    """What the card says of where the material came from."""
    dropped = {"judged pairs that name records which are not in the lists": material.dropped}
    return {"sources": dict(material.sources), "dropped": {**dropped, **material.quarantined}}


def _counts(data: Labelled) -> dict[str, dict[str, int]]:
    return {
        origin: {
            "same": int(((data.origin == origin) & (data.labels == 1)).sum()),
            "different": int(((data.origin == origin) & (data.labels == 0)).sum()),
        }
        for origin in sorted(set(data.origin.tolist()))
    }


def make_tables(intakes: Iterable[Intake]) -> dict[str, Any]:
    """The tables to ship, from the lists given."""
    return count_tables(intake.batch for intake in intakes)


__all__ = ["Material", "Trained", "fit_options", "gather", "make_tables", "train"]
