"""Measure the recall of checks against brute force, on corrupted queries.

    python -m benchmarks.recall --store sqlite:///hub.db --queries 200

Persons are drawn from the store and misspelled (`resolver.training.typos`; one in seven
gets two typos); half of the queries have a birth date, one in ten of these a wrong one.

*Brute force* compares a query with every entity of the store. Three figures, each the share of the
entities that brute force scores at or above a threshold and that the check lists too (its limit is
no hindrance):

- `drawn`: entities that queries were drawn from, scored at or above the review threshold (0.05).
  Needs one comparison per query, so it is counted on all `--queries`.
- `band`: all entities in band match (0.95 or more), on the first `--brute` queries.
- `match`, `review`: the same from 0.5 and from the review threshold on, for the first `FIRST`
  entities of a query: nobody reads more namesakes than that.

Brute force compares pairs, while candidates of a check compete: its scores are the same, to the
last digit, or lower. A weak candidate beside a good one may so fall below the review threshold.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.check.entity_index import EntityIndex, IndexSnapshot
from resolver.check.screener import MatchQuery, Screener
from resolver.engines.pair_scoring import score_explained
from resolver.hub.hub import Hub
from resolver.matching.pipeline import normalize, symbol_source
from resolver.matching.scoring import scores
from resolver.names.name_index import NameIndex
from resolver.records import Batch, Kind, Record, Value
from resolver.records.prepared.assembly import assemble
from resolver.records.prepared.row_selection import BatchRows
from resolver.training.typos import misspell_person_name

FIRST = 20
_SEED = 11
_EVEN = 0.5


@dataclass(frozen=True, slots=True)
class RecallFigures:
    """Figures: hits of brute force, those that the check lists too, and the number of scores that
    are higher than competition allows.
    """

    hits: dict[str, int]
    listed: dict[str, int]
    other_scores: int

    def share(self, figure: str) -> float:
        """Return recall, 0…1; 1 where there was nothing to find."""
        return self.listed[figure] / self.hits[figure] if self.hits[figure] else 1.0


def draw_queries(state: IndexSnapshot, count: int, seed: int = _SEED) -> list[tuple[str, Record]]:
    """Return (id of the entity a query is drawn from, query) for `count` persons."""
    dice = random.Random(seed)
    segment = state.segments[0]
    persons = np.flatnonzero((segment.prepared.kinds == int(Kind.PERSON)) & state.active[0])
    drawn = np.random.default_rng(seed).choice(
        persons, size=min(2 * count, len(persons)), replace=False
    )
    queries: list[tuple[str, Record]] = []
    for row in drawn.tolist():
        batch, _ = segment.records(np.array([row]))
        record = next(batch.to_records())
        name = misspell_person_name(record.caption, dice)
        if len(queries) < count and " " in name:
            values = [Value("name", name)]
            if dice.random() < 0.5:
                values += [
                    Value("birthDate", _write_date(text, dice))
                    for text in record.texts("birthDate")[:1]
                ]
            queries.append(
                (
                    segment.ids[row].as_py(),
                    Record("!", "query", Kind.PERSON, "Person", tuple(values)),
                )
            )
    return queries


def _write_date(date: str, dice: random.Random) -> str:
    """Return the birth date of a query: one in ten is wrong."""
    if dice.random() >= 0.1 or len(date) != 10:
        return date
    if dice.random() < 0.5 and int(date[8:]) <= 12:
        return f"{date[:5]}{date[8:]}-{date[5:7]}"
    place = dice.choice((2, 3, 9))
    digit = (int(date[place]) + 1) % 10 if place < 9 else max(int(date[9]) - 1, 1)
    return f"{date[:place]}{digit}{date[place + 1 :]}"


class BruteForce:
    """Comparison of queries with every entity of an index snapshot."""

    def __init__(self, hub: Hub, state: IndexSnapshot, queries: Sequence[Record]) -> None:
        batches = [Batch.from_records([query]).canonical() for query in queries]
        parts = [
            BatchRows(normalize(batch, state.models), np.zeros(1, dtype=np.int64))
            for batch in batches
        ]
        rows = [np.flatnonzero(active) for active in state.active]
        parts += [
            BatchRows(segment.prepared, active_rows)
            for segment, active_rows in zip(state.segments, rows, strict=True)
        ]
        count = sum(len(part.rows) for part in parts)
        self._work = assemble(parts, pa.nulls(count, pa.string()))
        self._names = NameIndex.of(self._work)
        self._models, self._first = state.models, len(queries)
        self._ids = [
            segment.ids.take(pa.array(active_rows))
            for segment, active_rows in zip(state.segments, rows, strict=True)
        ]

    def hits(self, query: int, min_score: float) -> dict[str, float]:
        """Return entity id → score of the entities at or above `min_score`."""
        right = np.arange(self._first, len(self._work), dtype=np.int32)
        query_scores = scores(
            score_explained(
                self._work, self._names, self._models, np.full_like(right, query), right, 2
            ).logodds
        )
        good: npt.NDArray[np.int64] = np.flatnonzero(query_scores >= min_score)
        ids = pa.concat_arrays(self._ids).take(pa.array(good)).to_pylist()
        return dict(zip(ids, query_scores[good].tolist(), strict=True))


def measure_recall(
    hub: Hub, count: int, brute_count: int, missed_hits: list[str] | None = None
) -> RecallFigures:
    """Measure on `count` queries drawn from a hub's store.

    `missed_hits` gets one line for each hit that the check does not list.
    """
    state = EntityIndex(hub).refresh()
    queries = draw_queries(state, count)
    screener = Screener(hub)
    min_score = state.thresholds.review
    thresholds = {"band": state.thresholds.match, "match": _EVEN, "review": min_score}
    hits, listed_hits, other_scores = (
        dict.fromkeys((*thresholds, "drawn"), 0),
        dict.fromkeys((*thresholds, "drawn"), 0),
        0,
    )
    brute = BruteForce(hub, state, [query for _, query in queries[:brute_count]])
    drawn_scores = _score_drawn(hub, state, queries)
    for number, (drawn, query) in enumerate(queries):
        (answer,), _ = screener.check([query], MatchQuery(limit=500))
        listed = {entity_id.entity["id"]: entity_id.score for entity_id in answer.matches}
        if drawn_scores[number] >= min_score:
            hits["drawn"] += 1
            listed_hits["drawn"] += drawn in listed
            other_scores += drawn in listed and listed[drawn] > drawn_scores[number]
            _note_missed(missed_hits, query, drawn, drawn_scores[number], listed)
        if number < brute_count:
            expected = brute.hits(number, min_score)
            other_scores += sum(
                score > expected.get(entity_id, 0.0) for entity_id, score in listed.items()
            )
            ranked = sorted(expected.items(), key=lambda item: (-item[1], item[0] not in listed))[
                :FIRST
            ]
            for figure, threshold in thresholds.items():
                expected_ids = [
                    entity_id
                    for entity_id, score in (expected.items() if figure == "band" else ranked)
                    if score >= threshold
                ]
                hits[figure] += len(expected_ids)
                listed_hits[figure] += len(listed.keys() & set(expected_ids))
            for entity_id, score in ranked:
                _note_missed(
                    missed_hits if score >= _EVEN else None, query, entity_id, score, listed
                )
    return RecallFigures(hits, listed_hits, other_scores)


def _score_drawn(
    hub: Hub, state: IndexSnapshot, queries: Sequence[tuple[str, Record]]
) -> list[float]:
    """Return the score of each query with the entity it was drawn from."""
    batches = [
        normalize(Batch.from_records([query]).canonical(), state.models) for _, query in queries
    ]
    place = {identity: row for row, identity in enumerate(state.segments[0].ids.to_pylist())}
    rows = np.array([place[drawn] for drawn, _ in queries], dtype=np.int64)
    parts = [
        *(BatchRows(batch, np.zeros(1, dtype=np.int64)) for batch in batches),
        BatchRows(state.segments[0].prepared, rows),
    ]
    work = assemble(parts, pa.nulls(2 * len(queries), pa.string()))
    left = np.arange(len(queries), dtype=np.int32)
    judged = score_explained(
        work, NameIndex.of(work), state.models, left, left + np.int32(len(queries))
    )
    drawn_scores: list[float] = scores(judged.logodds).tolist()
    return drawn_scores


def _note_missed(
    missed_hits: list[str] | None,
    query: Record,
    entity_id: str,
    score: float,
    listed: Mapping[str, float],
) -> None:
    if missed_hits is not None and entity_id not in listed:
        missed_hits.append(f"{score:.3f} {entity_id} {[value.text for value in query.values]}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; print the figures as JSON, and missed hits on standard error."""
    parser = argparse.ArgumentParser(description="Recall of checks against brute force.")
    parser.add_argument("--store", required=True)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--brute", type=int, default=100)
    parser.add_argument("--model", type=Path)
    options = parser.parse_args(arguments)
    symbol_source().load()
    missed: list[str] = []
    with Hub.open(options.store, create=False, model_dir=options.model) as hub:
        figures = measure_recall(hub, options.queries, options.brute, missed)
    print("\n".join(missed), file=sys.stderr)
    print(
        json.dumps(
            {
                "hits": figures.hits,
                "found": figures.listed,
                "other_scores": figures.other_scores,
                "recall": {figure: round(figures.share(figure), 4) for figure in figures.hits},
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
