"""Fit of `CheckTerms`: how a check weighs names, learned from names that are asked against stores
(as queries of checks).

The fit is a logistic regression on the log-odds that the model gives to names alone, and on the
intervals of a few comparators of names (`TERMS`). Its prior is that a query is listed in one case
of two. The weight of a store is the number of strangers (queries that are in no list) asked there;
its listed persons together have the same weight. The shares of the ways to write a query are stated
here. The weight of a birth date is counted, not fitted (`counted_terms`).

The fit learns from labeled pairs of a query by name and an entity of a store. A query is asked
against a store as the service would be asked. In generated worlds some records are left out of the
store and their names are asked; strangers come from another world and from lists. Against real
lists, the names of their entries are asked as they are written, mistyped, misspelled, and
shortened; strangers are persons and groups of a generated world.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from resolver.check.entity_index import EntityIndex, IndexSnapshot
from resolver.check.ranking import MAX_COMPARED, RoundHits, compare_in_rounds
from resolver.check.retrieval import CandidateFinder
from resolver.hub.hub import temporary_hub
from resolver.lists.reader_types import Intake
from resolver.matching.comparators import COMPARATOR_BY_NAME, features_of
from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import RunOptions, load_models
from resolver.matching.scoring import Model, interval_indices
from resolver.matching.scoring.terms import FORMAT, Calibration, CheckTerms, Term
from resolver.records import Batch, Kind, Record, Value
from resolver.records.batch import batch_from_record
from resolver.records.prepared.batch import FloatArray
from resolver.records.prepared.population import NO_POPULATION, REFERENCE_PARTNERS, KindPopulation
from resolver.records.visibility import STRANGER
from resolver.training.fit.measured_evidence import counted_terms, load_measured
from resolver.training.typos import (
    misspell_group_name,
    misspell_person_name,
    mistype_letter,
)

EXACT, MISTYPED, MISSPELT, SHORTENED, OTHER, UNLISTED = (
    *("exact", "mistyped", "misspelt", "shortened", "other"),
    "stranger",
)
"""Ways to ask: the name as a record has it, with a slip in one letter, as a hurried clerk writes it
(letters, order, titles, initials), without a word, as another agency writes it; and the name of
somebody who is not listed."""
KINDS = (Kind.PERSON, Kind.GROUP, Kind.ASSET)
MAX_QUERIES = {
    EXACT: (500, 250, 120),
    MISTYPED: (700, 300, 120),
    MISSPELT: (500, 300, 120),
    SHORTENED: (250, 100, 0),
    OTHER: (500, 300, 120),
    UNLISTED: (2_500, 900, 400),
}
"""Queries of one store, by way to ask, of persons, groups and assets."""
_LEFT_OUT = 0.2
"""Share of the records of a world that are asked instead of stored."""
_COMPARED_FIRST, _COMPARED_LATER = 30, 20
"""Entities of one query that are kept: the likeliest, and some drawn from the others."""


@dataclass(frozen=True, slots=True)
class NameQuery:
    """Name that is asked: a record with only this name, the ids of the records that it means (empty
    for a stranger), and the way in which it is written.
    """

    record: Record
    true_ids: frozenset[str]
    way: str


@dataclass(frozen=True)
class QueryPairs:
    """Pairs of a query and an entity, of one kind and one store.

    `population` is that of the store. `evidence` is m × features. `labels` are 1 if the query means
    the entity. `weights` are the numbers of pairs that each pair stands for. `queries` has the
    number of each pair's query, and `ways` says, by query, how it is written.
    """

    kind: Kind
    population: KindPopulation
    evidence: FloatArray
    labels: npt.NDArray[np.int8]
    weights: npt.NDArray[np.float64]
    queries: npt.NDArray[np.int64]
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueryWorld:
    """Generated world whose names are asked: its records, their true ids by record id, records of
    other worlds or lists whose persons and groups are strangers here, and the seed of all random
    numbers.
    """

    records: Sequence[Record]
    truth: Mapping[str, str]
    strangers: Sequence[Record]
    seed: int


def query_world(world: QueryWorld) -> tuple[Intake, list[NameQuery]]:
    """Return the stored records of a world as a list, and the names that are asked against them."""
    chance = random.Random(f"{world.seed}:held out")
    stored: list[Record] = []
    left_out: list[Record] = []
    for record in world.records:
        (left_out if chance.random() < _LEFT_OUT else stored).append(record)
    ids_of: dict[str, set[str]] = {}
    for record in stored:
        ids_of.setdefault(world.truth[record.id], set()).add(record.id)
    queries: list[NameQuery] = []
    for record in left_out:
        if world.truth[record.id] in ids_of:
            true_ids = frozenset(ids_of[world.truth[record.id]])
            queries += _query(record, record.caption, true_ids, OTHER)
    for record in world.strangers:
        queries += _query(record, record.caption, frozenset(), UNLISTED)
    for record in stored:
        queries += _query_own_names(record, frozenset(ids_of[world.truth[record.id]]), chance)
    return Intake(Batch.from_records(stored).canonical(), (), ()), _draw(queries, chance)


def query_lists(intake: Intake, strangers: Sequence[Record], seed: int) -> list[NameQuery]:
    """Return names that are asked against lists: names of entries of the lists, and names of
    `strangers`.

    Other entities that have the name that is asked are no negatives, because lists do not say which
    of their entries are the same.
    """
    chance = random.Random(f"{seed}:lists")
    stored = list(intake.batch.to_records())
    bearers: dict[str, set[str]] = {}
    for record in stored:
        for name in record.texts("name", "alias"):
            bearers.setdefault(name.casefold(), set()).add(record.id)
    queries: list[NameQuery] = []
    for record in stored:
        same = frozenset(bearers.get(record.caption.casefold(), {record.id}) | {record.id})
        queries += _query_own_names(record, same, chance)
    for record in strangers:
        if record.caption.casefold() not in bearers:
            queries += _query(record, record.caption, frozenset(), UNLISTED)
    return _draw(queries, chance)


def _query_own_names(
    record: Record, true_ids: frozenset[str], chance: random.Random
) -> Iterator[NameQuery]:
    name = record.caption
    yield from _query(record, name, true_ids, EXACT)
    misspell = misspell_person_name if record.kind == Kind.PERSON else misspell_group_name
    yield from _query(record, misspell(name, chance), true_ids, MISSPELT)
    mistyped = mistype_letter(name, chance)
    if mistyped != name:
        yield from _query(record, mistyped, true_ids, MISTYPED)
    words = name.split()
    if len(words) > 2:
        left_out = chance.randrange(1, len(words))
        shorter = " ".join(words[:left_out] + words[left_out + 1 :])
        yield from _query(record, shorter, true_ids, SHORTENED)


def _query(record: Record, name: str, true_ids: frozenset[str], way: str) -> Iterator[NameQuery]:
    if name.strip() and record.kind in KINDS:
        query = Record("query:1", "query", record.kind, record.schema, (Value("name", name),))
        yield NameQuery(query, true_ids, way)


def _draw(queries: Sequence[NameQuery], chance: random.Random) -> list[NameQuery]:
    """Return some names for each way and kind, in a fixed order."""
    drawn: list[NameQuery] = []
    for way, counts in MAX_QUERIES.items():
        for kind, count in zip(KINDS, counts, strict=True):
            own = [name for name in queries if name.way == way and name.record.kind == kind]
            drawn += own if len(own) <= count else chance.sample(own, count)
    return drawn


def compare_queries(
    intake: Intake,
    queries: Sequence[NameQuery],
    seed: int,
    model_dir: Path | None = None,
) -> dict[Kind, QueryPairs]:
    """Resolve lists into a store of their own and compare each name with its candidates there."""
    rows: dict[Kind, list[tuple[FloatArray, int, float, int]]] = {kind: [] for kind in KINDS}
    ways: dict[Kind, list[str]] = {kind: [] for kind in KINDS}
    with temporary_hub(intake, RunOptions(model_dir=model_dir)) as hub:
        snapshot = EntityIndex(hub, is_private=True).refresh(STRANGER)
        stated = snapshot.models.population or NO_POPULATION
        populations = {
            kind: replace(stated.of(kind.label), listed=0, partners=REFERENCE_PARTNERS)
            for kind in KINDS
        }
        # The order of candidates must not depend on earlier fits
        models = {
            kind: replace(hub.models.models[kind.label], checks=None).for_population("", population)
            for kind, population in populations.items()
        }
        finder = CandidateFinder()
        for number, query in enumerate(queries):
            kind = query.record.kind
            prepared = normalize(batch_from_record(query.record), snapshot.models)
            candidates = finder.find_candidates(prepared, snapshot, None, MAX_COMPARED)
            rounds = compare_in_rounds(prepared, snapshot, candidates, 0.0)[0]
            pairs = _label(query, rounds, snapshot, models[kind], random.Random(f"{seed}:{number}"))
            rows[kind] += [(*pair, len(ways[kind])) for pair in pairs]
            ways[kind].append(query.way)
    return {
        kind: QueryPairs(
            kind,
            populations[kind],
            np.array([row[0] for row in own], dtype=np.float32).reshape(-1, len(features_of(kind))),
            np.array([row[1] for row in own], dtype=np.int8),
            np.array([row[2] for row in own]),
            np.array([row[3] for row in own], dtype=np.int64),
            tuple(ways[kind]),
        )
        for kind, own in rows.items()
    }


def _label(
    query: NameQuery,
    rounds: Sequence[RoundHits],
    snapshot: IndexSnapshot,
    model: Model,
    chance: random.Random,
) -> list[tuple[FloatArray, int, float]]:
    """Return evidence, label and weight of the pairs of one query. For a listed query this is the
    likeliest pair with an entity that it means. For a stranger these are the likeliest pairs and
    some of the others.
    """
    hits = [
        (own, index)
        for own in rounds
        for index in range(len(own))
        if own.scored_pairs.kinds[own.pairs[index]]
    ]
    if not hits:
        return []
    evidence = np.array([own.scored_pairs.evidence_of(int(own.pairs[at])) for own, at in hits])
    order = np.argsort(-model.logodds(evidence), kind="stable").tolist()
    if query.true_ids:
        true = (
            at
            for at in order
            if not query.true_ids.isdisjoint(_record_ids(hits[at][0], hits[at][1], snapshot))
        )
        return [(evidence[at], 1, 1.0) for at in islice(true, 1)]
    first, later = order[:_COMPARED_FIRST], order[_COMPARED_FIRST:]
    drawn = later if len(later) <= _COMPARED_LATER else chance.sample(later, _COMPARED_LATER)
    return [
        *((evidence[at], 0, 1.0) for at in first),
        *((evidence[at], 0, len(later) / len(drawn)) for at in drawn),
    ]


def _record_ids(hits: RoundHits, index: int, snapshot: IndexSnapshot) -> set[str]:
    """Return the ids of the records of one hit."""
    segment = snapshot.segments[int(hits.segments[index])]
    rows = segment.member_rows(int(hits.rows[index]))
    return set(segment.stored.take(rows).ids.to_pylist())


def name_comparators(kind: Kind) -> tuple[str, ...]:
    """Return the comparators of a kind that compare names."""
    return tuple(
        name
        for name in features_of(kind)
        if COMPARATOR_BY_NAME[name].shows in ("names", "principals")
        and name not in ("names_alone", "listed")
    )


Floats = npt.NDArray[np.float64]
SHARES = {EXACT: 0.35, MISTYPED: 0.35, MISSPELT: 0.15, SHORTENED: 0.05, OTHER: 0.1}
"""Shares of the ways to ask among those who are listed."""
MAX_STRANGERS = 1_000
"""A store counts as many strangers as are asked there, at most so many."""
_ENDS = (-16.0, 12.0)
"""Log-odds of names alone at the ends of the line, which goes on beyond them."""
_MIN_SLOPE = 0.05
TERMS: Mapping[Kind, Mapping[str, tuple[float, ...]]] = {
    Kind.PERSON: {
        "name_weakest": (0.6, 0.75, 0.85, 0.93, 0.999),
        "name_omitted": (0.5, 0.7, 0.85, 0.999),
    },
    Kind.GROUP: {"name": (0.9, 0.97, 0.999)},
}
"""Comparators that say other things about a name that is asked than about a pair of records, by
kind, with the cuts of their similarities. Somebody who mistypes a name leaves no word out. A
stranger often shares some words with a listed person, and lacks others. A group that is on no list
hardly ever has exactly the name of one that is, even if that name is a single common word. Further
comparators found less than 1 % more names, measured on worlds and lists that were left out of the
fit.
"""
_INVERSE_RIDGE = 0.3
"""Inverse strength of the penalty on weights, as scikit-learn states it. From 0.03 to 0.3 the share
of names found differs by less than 1 %."""
_TOLERANCE, _MAX_STEPS = 1e-8, 100
"""Newton's method needs some ten steps. A looser tolerance stops far from the optimum, since nearly
all pairs are certain strangers."""
_MAX_LIST_STRANGERS = 2_500
"""Maximum number of persons of lists who are asked against each world: real people are strangers
there.
"""
MIN_LIST_RECORDS = 500
MIN_LISTED = 50
"""Names of listed ones below which a kind is not fitted."""


def fit_checks(
    intake: Intake,
    worlds: Sequence[QueryWorld],
    strangers: Sequence[Record],
    seed: int,
    model_dir: Path | None = None,
) -> dict[str, Any]:
    """Return the terms of checks as JSON, fitted on worlds and on each source of some lists.

    `strangers` are persons and groups whose names are asked against the lists; names of persons of
    the lists are asked against the worlds. Sources of fewer than `MIN_LIST_RECORDS` records are
    left out. `model_dir` is the folder of the model that scores names (default: the shipped model).
    The result depends only on the arguments.
    """
    sets = query_sets(intake, worlds, strangers, seed)
    stores = [compare_queries(*own, seed, model_dir) for own in sets]
    for pairs in stores:
        pairs[Kind.GROUP] = _without_namesakes(pairs[Kind.GROUP])
    models, counts = load_models(model_dir), load_measured(model_dir)
    kinds = {}
    for kind in KINDS:
        terms = fit_check_terms(kind, [pairs[kind] for pairs in stores], models.models[kind.label])
        if terms is not None:
            stated = counted_terms(kind.label, counts.get(kind, {}))
            kinds[kind.label] = replace(terms, stated=stated).to_json()
    return {"format": FORMAT, "kinds": kinds}


def query_sets(
    intake: Intake, worlds: Sequence[QueryWorld], strangers: Sequence[Record], seed: int
) -> list[tuple[Intake, list[NameQuery]]]:
    """Return stored lists and the names that are asked against them, as `fit_checks` does."""
    listed = [record for record in intake.batch.to_records() if record.kind == Kind.PERSON]
    sets = []
    for world in worlds:
        chance = random.Random(f"{world.seed}:list strangers")
        others = chance.sample(listed, min(len(listed), _MAX_LIST_STRANGERS))
        sets.append(query_world(replace(world, strangers=(*world.strangers, *others))))
    codes, names = intake.batch.sources.codes, intake.batch.sources.values.to_pylist()
    for code in sorted(range(len(names)), key=names.__getitem__):
        rows = np.flatnonzero(codes == code)
        if len(rows) >= MIN_LIST_RECORDS:
            own = replace(intake, batch=intake.batch.take(rows))
            sets.append((own, query_lists(own, strangers, seed)))
    return sets


def fit_check_terms(kind: Kind, stores: Sequence[QueryPairs], model: Model) -> CheckTerms | None:
    """Fit the terms of a kind to names asked against stores; None if too few names were asked.

    `model` is the model of the kind, which scores names alone. Deterministic.
    """
    stores = [pairs for pairs in stores if len(pairs.labels)]
    if sum(int(pairs.labels.sum()) for pairs in stores) < MIN_LISTED:
        return None
    names = name_comparators(kind)
    logodds = np.concatenate([_names_logodds(pairs, model, names) for pairs in stores])
    labels = np.concatenate([pairs.labels for pairs in stores])
    evidence = np.concatenate([pairs.evidence for pairs in stores])
    cuts = TERMS.get(kind, {})
    columns = [np.clip(logodds, *_ENDS)[:, None]]
    for feature, own in cuts.items():
        intervals = interval_indices(evidence[:, features_of(kind).index(feature)], own)
        columns.append(np.eye(len(own) + 2)[intervals])
    fit = LogisticRegression(
        C=_INVERSE_RIDGE, solver="newton-cholesky", tol=_TOLERANCE, max_iter=_MAX_STEPS
    )
    fit.fit(np.hstack(columns), labels, np.concatenate(_weights(stores)))
    start, slope = float(fit.intercept_[0]), max(float(fit.coef_[0, 0]), _MIN_SLOPE)
    weights = iter(fit.coef_[0, 1:].tolist())
    terms = []
    for feature, own in cuts.items():
        steps = [next(weights) for _ in range(len(own) + 2)]
        # a name that is compared has a value in each of these comparators
        terms.append(Term(feature, own, (*(round(1000 * step) for step in steps[:-1]), 0)))
    curve = Calibration(
        tuple(round(1000 * end) for end in _ENDS),
        tuple(round(1000 * (start + slope * end)) for end in _ENDS),
    )
    return CheckTerms(features_of(kind), names, curve, tuple(terms))


def _without_namesakes(pairs: QueryPairs) -> QueryPairs:
    """Return the pairs without those of strangers who have exactly the name of a listed entity.

    Registered names of groups are nearly unique. Names of generated groups are not: among 10,000 of
    them, one in twenty has the name of another group.
    """
    columns = map(features_of(pairs.kind).index, ("name", "name_exact"))
    is_exact = (pairs.evidence[:, list(columns)] >= 1).all(axis=1)
    named = np.unique(pairs.queries[(pairs.labels == 0) & is_exact])
    kept = ~np.isin(pairs.queries, named)
    ways = np.array(pairs.ways, dtype=object)
    ways[named] = ""
    return replace(
        pairs,
        evidence=pairs.evidence[kept],
        labels=pairs.labels[kept],
        weights=pairs.weights[kept],
        queries=pairs.queries[kept],
        ways=tuple(ways),
    )


def _names_logodds(pairs: QueryPairs, model: Model, names: Sequence[str]) -> Floats:
    """Return the log-odds that names alone give in the population of their store, if a query is
    listed in one case of two.
    """
    placed = replace(model, checks=None).for_population("", pairs.population).unlimited
    evidence = pairs.evidence.copy()
    evidence[:, ~np.isin(features_of(pairs.kind), names)] = np.nan
    return placed.logodds(evidence) / 1000


def _weights(stores: Sequence[QueryPairs]) -> list[Floats]:
    weights = []
    for pairs in stores:
        own, ways = pairs.weights.copy(), np.array(pairs.ways, dtype=object)
        way = ways[pairs.queries]
        strangers = max(int((ways == UNLISTED).sum()), 1)
        total = min(strangers, MAX_STRANGERS)
        own[pairs.labels == 0] *= total / strangers
        present = {name: share for name, share in SHARES.items() if (ways == name).any()}
        for name, share in present.items():
            chosen = (pairs.labels == 1) & (way == name)
            own[chosen] = share / sum(present.values()) * total / int((ways == name).sum())
        weights.append(own)
    return weights
