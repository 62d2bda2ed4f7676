"""Pairs of a query by name and an entity of a store, labeled: what checks by name learn from.

A query is asked against a store as the service would be asked. In generated worlds some records are
held out and their names asked, and strangers come from another world and from lists. Against real
lists, names of their entries are asked as they are written, mistyped, misspelt, and shortened, and
strangers are persons and groups of a world.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from resolver.check.entity_index import EntityIndex, IndexSnapshot
from resolver.check.ranking import MAX_COMPARED, RoundHits, compare_in_rounds
from resolver.check.retrieval import CandidateFinder
from resolver.hub.hub import temporary_hub
from resolver.lists.reader_types import Intake
from resolver.matching.comparators import COMPARATOR_BY_NAME, features_of
from resolver.matching.pipeline import normalize
from resolver.matching.run_options import RunOptions
from resolver.matching.scoring import Model
from resolver.records import Batch, Kind, Record, Value
from resolver.records.batch import batch_from_record
from resolver.records.prepared.batch import FloatArray
from resolver.records.prepared.population import (
    NO_POPULATION,
    REFERENCE_PARTNERS,
    KindPopulation,
)
from resolver.records.visibility import STRANGER
from resolver.training.augment.typos import (
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
    """Name that is asked: its record of one name, the records it means (none: a stranger), and
    how it is written.
    """

    record: Record
    true_ids: frozenset[str]
    way: str


@dataclass(frozen=True)
class QueryPairs:
    """Pairs of a query and an entity, of one kind and one store.

    `population`: that of the store; `evidence`: m × features; `labels`: 1 where the query means the
    entity; `weights`: pairs that each stands for; `queries`: number of the query; `ways`: how it is
    written, by query.
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
    other worlds or lists, whose persons and groups are strangers here, and the seed of what is
    drawn.
    """

    records: Sequence[Record]
    truth: Mapping[str, str]
    strangers: Sequence[Record]
    seed: int


def query_world(world: QueryWorld) -> tuple[Intake, list[NameQuery]]:
    """Return the stored records of a world as a list, and names that are asked against them."""
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
    """Return names that are asked against lists: those of their entries, and of `strangers`.

    Entities that share a name with the one that is asked are no negatives, as lists do not say
    which of their entries are one.
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
    """Return some names of each way and kind, in a fixed order."""
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
        # the order of candidates must not depend on what was fitted before
        models = {
            kind: replace(hub.models.models[kind.label], checks=None).for_population("", population)
            for kind, population in populations.items()
        }
        finder = CandidateFinder()
        for number, query in enumerate(queries):
            kind = query.record.kind
            prepared = normalize(batch_from_record(query.record).canonical(), snapshot.models)
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
    """Return evidence, label and weight of the pairs of one query: of a listed one, the likeliest
    with an entity that it means; of a stranger, the likeliest and some of the others.
    """
    hits = [
        (own, place)
        for own in rounds
        for place in range(len(own))
        if own.scored_pairs.kinds[own.pairs[place]]
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


def _record_ids(hits: RoundHits, place: int, snapshot: IndexSnapshot) -> set[str]:
    """Return the ids of the records of one hit."""
    segment = snapshot.segments[int(hits.segments[place])]
    rows = segment.member_rows(int(hits.rows[place]))
    return set(segment.stored.take(rows).ids.to_pylist())


def name_comparators(kind: Kind) -> tuple[str, ...]:
    """Return the comparators of a kind that compare names."""
    return tuple(
        name
        for name in features_of(kind)
        if COMPARATOR_BY_NAME[name].shows in ("names", "principals")
        and name not in ("names_alone", "listed")
    )
