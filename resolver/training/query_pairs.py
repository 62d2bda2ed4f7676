"""Pairs of a query by name and an entity of a store, labeled: what checks by name learn from.

A query is asked against a store as the service would be asked. In generated worlds some records are
held out and their names asked, and strangers come from another world. Against real lists, names of
their entries are asked as they are written, misspelt, and shortened, and strangers are persons and
groups of a world.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.comparison import COMPARATOR_BY_NAME, features_of
from resolver.hub.hub import Hub
from resolver.ingest.reader_types import Intake
from resolver.model_set import ModelSet
from resolver.pipeline import normalize
from resolver.records import Batch, Kind, Record, Value
from resolver.records.batch import batch_from_record
from resolver.records.prepared.batch import FloatArray
from resolver.records.prepared.population import REFERENCE_PARTNERS, KindPopulation
from resolver.records.visibility import STRANGER
from resolver.screening.entity_index import EntityIndex, IndexSnapshot
from resolver.screening.ranking import MAX_COMPARED, RoundHits, compare_in_rounds
from resolver.screening.retrieval import CandidateFinder
from resolver.training.augment.typos import misspell_group_name, misspell_person_name

EXACT, MISSPELT, SHORTENED, OTHER, UNLISTED = "exact", "misspelt", "shortened", "other", "stranger"
"""Ways to ask: the name as a record has it, with a slip, without a word, as another agency writes
it; and the name of somebody who is not listed."""
KINDS = (Kind.PERSON, Kind.GROUP, Kind.ASSET)
MAX_QUERIES = {
    EXACT: (500, 250, 120),
    MISSPELT: (700, 300, 120),
    SHORTENED: (250, 100, 0),
    OTHER: (700, 300, 120),
    UNLISTED: (1_500, 900, 400),
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
    another world, whose persons and groups are strangers here, and the seed of what is drawn.
    """

    records: Sequence[Record]
    truth: Mapping[str, str]
    strangers: Sequence[Record]
    seed: int


def query_world(world: QueryWorld) -> tuple[list[Record], list[NameQuery]]:
    """Return the stored records of a world, and names that are asked against them."""
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
    return stored, _draw(queries, chance)


def query_lists(
    stored: Sequence[Record], strangers: Sequence[Record], seed: int
) -> tuple[list[Record], list[NameQuery]]:
    """Return the records of lists, and names that are asked against them, and those of `strangers`.

    Entities that share a name with the one that is asked are no negatives, as lists do not say
    which of their entries are one.
    """
    chance = random.Random(f"{seed}:lists")
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
    return list(stored), _draw(queries, chance)


def _query_own_names(
    record: Record, true_ids: frozenset[str], chance: random.Random
) -> Iterator[NameQuery]:
    name = record.caption
    yield from _query(record, name, true_ids, EXACT)
    misspell = misspell_person_name if record.kind == Kind.PERSON else misspell_group_name
    yield from _query(record, misspell(name, chance), true_ids, MISSPELT)
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
    stored: Sequence[Record],
    queries: Sequence[NameQuery],
    models: ModelSet,
    seed: int,
) -> dict[Kind, QueryPairs]:
    """Resolve records into a store of their own and compare each name with its candidates there."""
    rows: dict[Kind, list[tuple[FloatArray, int, float, int]]] = {kind: [] for kind in KINDS}
    ways: dict[Kind, list[str]] = {kind: [] for kind in KINDS}
    with (
        tempfile.TemporaryDirectory(prefix="resolver-queries-") as folder,
        Hub.open(f"sqlite:///{folder}/hub.db") as hub,
    ):
        # what is fitted must not depend on what was fitted before
        hub.models = models.without_checks
        hub.add(Intake(Batch.from_records(stored).canonical(), (), ()))
        snapshot = EntityIndex(hub).refresh(STRANGER)
        finder = CandidateFinder()
        for number, name in enumerate(queries):
            kind = name.record.kind
            pairs = _compare(name, snapshot, hub, finder, random.Random(f"{seed}:{number}"))
            place = len(ways[kind])
            ways[kind].append(name.way)
            rows[kind] += [(evidence, label, weight, place) for evidence, label, weight in pairs]
        populations = {
            kind: snapshot.models.population.of(kind.label)
            if snapshot.models.population is not None
            else KindPopulation()
            for kind in KINDS
        }
    return {
        kind: QueryPairs(
            kind,
            replace(populations[kind], listed=0, partners=REFERENCE_PARTNERS),
            np.array([row[0] for row in own], dtype=np.float32).reshape(-1, len(features_of(kind))),
            np.array([row[1] for row in own], dtype=np.int8),
            np.array([row[2] for row in own]),
            np.array([row[3] for row in own], dtype=np.int64),
            tuple(ways[kind]),
        )
        for kind, own in rows.items()
    }


def _compare(
    query: NameQuery,
    snapshot: IndexSnapshot,
    hub: Hub,
    finder: CandidateFinder,
    chance: random.Random,
) -> Iterator[tuple[FloatArray, int, float]]:
    """Yield evidence, label and weight of the pairs of one query: of a listed one, those with the
    entity it means; of a stranger, those with all.
    """
    prepared = normalize(batch_from_record(query.record).canonical(), hub.models)
    candidates = finder.find_candidates(prepared, snapshot, None, MAX_COMPARED)
    rounds = compare_in_rounds(prepared, snapshot, candidates, 0.0)[0]
    pairs = [
        (hits, place)
        for hits in rounds
        for place in range(len(hits))
        if hits.scored_pairs.kinds[hits.pairs[place]]
    ]
    pairs.sort(key=_descending_logodds)
    if query.true_ids:
        for hits, place in pairs:
            if _record_ids(hits, place, snapshot) & query.true_ids:
                yield _evidence(hits, place), 1, 1.0
                return
        return
    first, later = pairs[:_COMPARED_FIRST], pairs[_COMPARED_FIRST:]
    drawn = later if len(later) <= _COMPARED_LATER else chance.sample(later, _COMPARED_LATER)
    for hits, place in first:
        yield _evidence(hits, place), 0, 1.0
    for hits, place in drawn:
        yield _evidence(hits, place), 0, len(later) / len(drawn)


def _descending_logodds(pair: tuple[RoundHits, int]) -> int:
    return -int(pair[0].logodds[pair[1]])


def _evidence(hits: RoundHits, place: int) -> FloatArray:
    evidence: FloatArray = hits.scored_pairs.evidence_of(int(hits.pairs[place]))
    return evidence


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
