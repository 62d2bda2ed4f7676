"""Train: lists, judgements and invented worlds to models of all kinds, their calibration and their figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from resolver.errors import InputError
from resolver.ingest.reader_types import Intake
from resolver.pipeline import tables_of
from resolver.records import Kind, Record
from resolver.scoring import Model
from resolver.training.augment.branches import BRANCH, branch_pairs
from resolver.training.augment.controlled_differences import (
    Differing,
    differing_pairs,
    invented_pairs,
)
from resolver.training.augment.name_only import alone_pairs
from resolver.training.augment.registers import registers_of
from resolver.training.augment.resampled_entries import split_records
from resolver.training.augment.stated_pairs import (
    DATE,
    NUMBER,
    OTHER_DATE,
    stated_pairs,
)
from resolver.training.data.contradictions import quarantine
from resolver.training.data.labeled_clusters import CLUSTERS, Clusters, cluster_pairs
from resolver.training.data.labeled_pairs import (
    Judgement,
    Labelled,
    blocked_pairs,
    cluster_names,
    judged_pairs,
    together,
)
from resolver.training.evaluate.card_figures import data_hash, measured
from resolver.training.fit.boosting import FitOptions
from resolver.training.fit.model_parts import (
    ALONE_WAY,
    LEAST_PAIRS,
    PLAIN,
    fit_part,
    parts_of,
)
from resolver.training.frequency_counts import count_tables

SAME_LIST = -3_000
"""Thousandths: twenty to one against two entries of a list that declares itself free of duplicates. Stated, not
learnt: learnt from judged pairs it would carry the model, and the model would fail wherever lists do not say so."""
REGISTER_PAIRS = (20_000, 12_000)
"""False and true pairs taken of a register, at most; they stand for all."""
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
    stated: Sequence[Record] = (),
    clusters: Clusters | None = None,
    seed: int = 7,
) -> Material:
    """All labelled pairs: judged ones, those of labelled clusters, entries told twice, names alone (of entries, and
    `spellings` of invented persons' names), invented pairs `differing` in one thing, what is stated of invented people
    (`stated`), and invented worlds. Where clusters are plenty, nothing is added to them but what humans judged."""
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
        parts.append(
            alone_pairs(intake.batch, names, sources, shipped, invented=spellings, seed=seed)
        )
        parts.append(differing_pairs(differing, shipped))
        parts += stated_pairs(stated, shipped, seed)
        parts.append(invented_pairs(branch_pairs(stated, seed), shipped, BRANCH))
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
    read = {
        name: int(count)
        for name, count in sorted(zip(column.values.to_pylist(), counts, strict=True))
        if count
    }
    invented: Counter[str] = Counter()
    for world in worlds:
        invented[world.name] += len(world.records)
    return {**read, **invented}


def _told_twice(
    intake: Intake, names: Sequence[str], tables: Any, seed: int
) -> dict[Kind, Labelled]:
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
    return blocked_pairs(
        records,
        truth,
        tables,
        "told twice",
        comparable=comparable,
        most_negatives=50_000,
        seed=seed,
    )


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
    NUMBER: 150.0,
    DATE: (0.0, 200.0),
    OTHER_DATE: (50.0, 0.0),
    BRANCH: (120.0, 120.0),
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


def train(
    material: Material, tables: Mapping[str, Any], version: str, options: FitOptions
) -> Trained:
    """Cross-validate, calibrate on what was not trained on, then fit on everything. A kind with fewer than
    `LEAST_PAIRS` pairs of either label is left out. Raises `InputError` where that leaves none."""
    models: dict[Kind, Model] = {}
    figures: dict[str, Any] = {}
    for kind, raw_data in material.pairs.items():
        if min(np.bincount(raw_data.labels, minlength=2)) < LEAST_PAIRS:
            continue
        data = weighted(raw_data, SHARES)
        ways = {
            "": options,
            "plain": replace(options, **PLAIN),
            "alone": replace(options, **ALONE_WAY),
        }
        fitted = {
            name: fit_part(data.where(mask), ways[name], name)
            for name, mask in parts_of(data).items()
        }
        held = fitted.values()
        told = measured(
            together(one.held_out for one in held), np.concatenate([one.logodds for one in held])
        )
        figures[kind.label] = told["figures"]
        training = {
            "seed": options.seed,
            "pairs": _counts(data),
            "data": data_hash(data),
            **told,
            **_origin(material),
        }
        parts = {name: replace(one.model, version=version) for name, one in fitted.items() if name}
        models[kind] = replace(fitted[""].model, version=version, training=training).having(parts)
    if not models:
        raise InputError(
            "there is too little to learn from",
            mend=f"give lists or judgements that make {LEAST_PAIRS} true and as many false pairs of one kind",
        )
    return Trained(models, tables, figures)


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
