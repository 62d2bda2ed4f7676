"""Training data: labeled pairs from judgments, clusters, list entries and invented material.

`add_decided_pairs` adds the decisions of a store (`resolver train LISTS --from-store URL`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from resolver.lists.reader_types import Intake
from resolver.matching.blocking import choose_plan_by_size
from resolver.matching.resolution_task import build_tables
from resolver.records import Kind, Record
from resolver.records.prepared.population import FrequencyTables
from resolver.training import directories, resampled_entries
from resolver.training.data import labeled_pairs
from resolver.training.data.labeled_clusters import LabeledClusters, label_cluster_pairs
from resolver.training.data.training_decisions import (
    TrainingDecisions,
    cluster_tied_records,
    label_decided_pairs,
    quarantine_contradictions,
)
from resolver.training.hard_negatives import MOVEMENT_LISTS, generate_movements
from resolver.training.name_only import name_only_pairs
from resolver.training.registers import collect_vocabulary, generate_registers

MAX_REGISTER_PAIRS = (40_000, 20_000)
"""Maximum numbers of false and true pairs of a register; drawn pairs stand for all."""
MAX_RESAMPLED_NEGATIVES = 50_000
REGISTER_WEIGHT = 0.3
"""Weight of the pairs of a register: watchlists are what most scores are for."""
DIRECTORY_WEIGHT = 0.9
"""Weight of the pairs of a directory: only there do most groups state addresses and telephones."""
MOVEMENT_WEIGHT = 0.1
"""Weight of the pairs of a list of movements: their names differ by single words."""
INSTITUTION_WEIGHT = 0.02
"""Weight of the pairs of a list of institutions: many likenesses of each, and no numbers.

With the weight of movements, shops of one name and street would wait for a steward.
"""
MAX_TRUE_PAIRS = 15_000.0
"""True pairs that a large world counts as at most, so that small ones count beside it."""
_PairsByKind = dict[Kind, labeled_pairs.LabeledPairs]


@dataclass(frozen=True)
class TrainingData:
    """Labeled pairs by kind, with what was left out.

    `dropped` is the number of judgments on records that are not in the lists; `quarantined` has the
    numbers of other judgments that were left out, by reason; `sources` has the number of records of
    each source.
    """

    pairs: Mapping[Kind, labeled_pairs.LabeledPairs]
    dropped: int
    quarantined: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainingWorld:
    """Invented records with their truth (record id → true id), blocked with a plan (empty: the plan
    of a run).

    At most `max_negatives` false pairs and `max_positives` true pairs are used, with their
    `weight`.
    """

    name: str
    records: Sequence[Record]
    truth: Mapping[str, str]
    plan: str
    max_negatives: int
    max_positives: int = 100_000
    weight: float = 1.0


@dataclass(frozen=True)
class InventedMaterial:
    """Invented material to learn from, in addition to real records.

    `spellings` has the spellings of each invented person's name, `groups` has names of invented
    groups by true id, `differences` has pairs with one controlled difference, and `people` are
    records from which stated pairs are made.
    """

    worlds: Sequence[TrainingWorld] = ()
    spellings: Iterable[tuple[str, ...]] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    differences: Iterable[resampled_entries.LabeledRecordPair] = ()
    people: Sequence[Record] = ()


def build_register_worlds(people: Iterable[tuple[Record, str]], seed: int) -> list[TrainingWorld]:
    """Return registers made of the names and places of invented `people`.

    `people` has each record together with its name culture.
    """
    return [
        TrainingWorld(
            register.name,
            records,
            truth,
            register.plan,
            *MAX_REGISTER_PAIRS,
            REGISTER_WEIGHT,
        )
        for register, records, truth in generate_registers(people, seed)
    ]


def build_directory_worlds(people: Iterable[tuple[Record, str]], seed: int) -> list[TrainingWorld]:
    """Return directories made of the names and places of invented `people`, as registers are."""
    vocabulary = collect_vocabulary(people)
    return [
        TrainingWorld(
            directory.name,
            *directories.generate_directory(directory, culture, vocabulary, seed),
            directory.plan,
            *MAX_REGISTER_PAIRS,
            DIRECTORY_WEIGHT,
        )
        for directory in directories.DIRECTORIES
        for culture in directory.home_cultures
    ]


def build_movement_worlds(people: Iterable[tuple[Record, str]], seed: int) -> list[TrainingWorld]:
    """Return lists of armed and political groups, with places and leaders from `people`."""
    vocabulary = collect_vocabulary(people)
    return [
        TrainingWorld(
            movements.name,
            *generate_movements(movements, vocabulary, seed),
            movements.plan,
            *MAX_REGISTER_PAIRS,
            MOVEMENT_WEIGHT,
        )
        for movements in MOVEMENT_LISTS
    ]


def build_institution_worlds(
    people: Iterable[tuple[Record, str]], seed: int
) -> list[TrainingWorld]:
    """Return lists of institutions and firms, with family names from `people`."""
    vocabulary = collect_vocabulary(people)
    return [
        TrainingWorld(
            institutions.name,
            *directories.generate_institutions(institutions, vocabulary, seed),
            institutions.plan,
            *MAX_REGISTER_PAIRS,
            INSTITUTION_WEIGHT,
        )
        for institutions in directories.INSTITUTION_LISTS
    ]


def names_by_group(worlds: Iterable[TrainingWorld], most: int) -> dict[str, tuple[str, ...]]:
    """Return the names of the first groups of invented lists, at most `most` names for each group,
    by true id.

    These are lists of movements and of institutions. Rivals, factions and similar groups follow the
    group that they are modeled on, so the first groups include both.
    """
    lists = {movements.name for movements in MOVEMENT_LISTS}
    lists |= {institutions.name for institutions in directories.INSTITUTION_LISTS}
    names: dict[str, tuple[str, ...]] = {}
    for world in worlds:
        own: dict[str, set[str]] = {}
        for record in world.records if world.name in lists else ():
            texts = record.texts("name", "alias", "abbreviation")
            own.setdefault(world.truth[record.id], set()).update(texts)
        names |= {group: tuple(sorted(texts)) for group, texts in list(own.items())[:most]}
    return names


def gather_training_data(
    intake: Intake,
    judgments: Sequence[labeled_pairs.JudgedPair],
    tables: Mapping[str, Any],
    invented: InventedMaterial | None = None,
    *,
    clusters: LabeledClusters | None = None,
    seed: int = 7,
) -> TrainingData:
    """Return all labeled pairs. If clusters are sufficient, only judgments are added to them."""
    invented = invented or InventedMaterial()
    frequencies = build_tables(dict(tables))
    labeled = clusters or LabeledClusters({}, {})
    judgments, quarantined = quarantine_contradictions(judgments, labeled.cluster_of)
    # all origins share clusters, so that no fold tests a cluster that another origin has learned
    names = labeled_pairs.name_clusters(
        intake.batch.ids.to_pylist(), [*judgments, *labeled.as_judgments()]
    )
    judged, dropped = labeled_pairs.label_judged_pairs(
        intake.batch, judgments, frequencies, (), names
    )
    parts = [judged, label_cluster_pairs(intake.batch, labeled, names, frequencies, seed=seed)]
    worlds: Sequence[TrainingWorld] = ()
    if not labeled.is_sufficient:
        worlds = invented.worlds
        parts += _generated_pairs(intake, names, frequencies, invented, seed)
    return TrainingData(
        labeled_pairs.concat_by_kind(parts), dropped, quarantined, _count_sources(intake, worlds)
    )


def _generated_pairs(
    intake: Intake,
    clusters: Sequence[str],
    tables: FrequencyTables,
    invented: InventedMaterial,
    seed: int,
) -> Iterator[_PairsByKind]:
    """Yield pairs made of list entries and of invented material."""
    yield _resampled_pairs(intake, clusters, tables, seed)
    yield name_only_pairs(
        intake.batch,
        clusters,
        intake.deduplicated_sources,
        tables,
        invented=invented.spellings,
        groups=invented.groups,
        seed=seed,
    )
    yield resampled_entries.controlled_difference_pairs(invented.differences, tables)
    yield from resampled_entries.build_stated_pairs(invented.people, tables, seed)
    branches = directories.generate_branch_pairs(invented.people, seed)
    yield resampled_entries.evidence_of_record_pairs(branches, tables, directories.BRANCH_ORIGIN)
    for world in invented.worlds:
        yield _world_pairs(world, tables, seed)


def _world_pairs(world: TrainingWorld, tables: FrequencyTables, seed: int) -> _PairsByKind:
    pairs = labeled_pairs.label_blocked_pairs(
        world.records,
        dict(world.truth),
        tables,
        world.name,
        plan=world.plan or choose_plan_by_size(len(world.records)).name,
        sampling=labeled_pairs.PairSampling(
            world.max_negatives, world.max_positives, seed, by_guess=True
        ),
    )
    for data in pairs.values():
        true_pairs = float(data.weights[data.labels == 1].sum())
        data.weights[:] *= world.weight * min(MAX_TRUE_PAIRS / max(true_pairs, 1.0), 1.0)
    return pairs


def _count_sources(intake: Intake, worlds: Sequence[TrainingWorld]) -> dict[str, int]:
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


def _resampled_pairs(
    intake: Intake, clusters: Sequence[str], tables: FrequencyTables, seed: int
) -> _PairsByKind:
    """Return pairs of resampled entries of the lists that are free of duplicates."""
    cluster_of = dict(zip(intake.batch.ids.to_pylist(), clusters, strict=True))
    records: list[Record] = []
    truth, comparable = {}, {}
    for copies in resampled_entries.resample_entries(intake.batch, seed):
        if copies[0].source not in intake.deduplicated_sources:
            continue
        for copy in copies:
            records.append(copy)
            truth[copy.id] = cluster_of[copy.id[:-2]]
            comparable[copy.id] = copy.source
    sampling = labeled_pairs.PairSampling(max_negatives=MAX_RESAMPLED_NEGATIVES, seed=seed)
    pairs = labeled_pairs.label_blocked_pairs(
        records,
        truth,
        tables,
        resampled_entries.RESAMPLED_ORIGIN,
        comparable=comparable,
        sampling=sampling,
    )
    # only pairs within one list are labeled, and such pairs are no population
    return {kind: data.without_population() for kind, data in pairs.items()}


def reconcile_labels(
    decided: TrainingDecisions,
    judgments: Sequence[labeled_pairs.JudgedPair],
    clusters: LabeledClusters | None = None,
) -> tuple[TrainingDecisions, list[labeled_pairs.JudgedPair]]:
    """Return the decisions and judgments that do not contradict each other.

    A pair that is decided and judged alike counts as decided.
    """
    decided_pairs = set(decided.judgments)
    others = [judgment for judgment in judgments if judgment not in decided_pairs]
    consistent, contradictions = quarantine_contradictions(
        [*others, *decided.judgments], clusters.cluster_of if clusters else {}
    )
    consistent_pairs = set(consistent)
    left_out = {f"or judgements {reason}": count for reason, count in contradictions.items()}
    return decided.restricted_to(consistent, left_out), [
        judgment for judgment in others if judgment in consistent_pairs
    ]


def add_decided_pairs(
    material: TrainingData,
    intake: Intake,
    judgments: Sequence[labeled_pairs.JudgedPair],
    decided: TrainingDecisions,
    tables: Mapping[str, Any],
) -> TrainingData:
    """Return the training data with the pairs that decisions label.

    Records that decisions or judgments connect become one cluster in all data, so that no fold
    tests a cluster that another fold has learned.
    """
    home_cultures = cluster_tied_records([*judgments, *decided.ties], intake.batch.ids.to_pylist())
    pairs = {kind: _rename_clusters(data, home_cultures) for kind, data in material.pairs.items()}
    for kind, data in label_decided_pairs(
        decided, build_tables(dict(tables)), home_cultures
    ).items():
        pairs[kind] = labeled_pairs.concat_pairs([pairs[kind], data]) if kind in pairs else data
    left_out = {f"decisions {reason}": count for reason, count in decided.dropped.items()}
    return replace(material, pairs=pairs, quarantined={**material.quarantined, **left_out})


def _rename_clusters(
    data: labeled_pairs.LabeledPairs, home_cultures: Mapping[str, str]
) -> labeled_pairs.LabeledPairs:
    """Return the pairs with their clusters renamed; a cluster without a new name keeps its name."""
    names = np.array(
        [
            [home_cultures.get(left, left), home_cultures.get(right, right)]
            for left, right in data.clusters.tolist()
        ],
        dtype=object,
    )
    return replace(data, clusters=names.reshape(-1, 2))
