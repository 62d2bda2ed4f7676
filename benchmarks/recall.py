"""Whether a check finds whom it should: recall against brute force, on corrupted queries.

    python -m benchmarks.recall --store sqlite:///hub.db --queries 200

Persons are drawn from the store and written as a hurried clerk would (`resolver.training.augment.typos`; one in seven slips
twice); half of the queries bear a birth date, one in ten of these a wrong one.

*Brute force* compares a query with every entity of the store. Three figures, each the share of what brute force puts at
or above a border that the check lists too (its limit no hindrance):

- `drawn`: of the entities that queries were drawn from, at or above the review border (0.05), from which answers list.
  Needs one comparison a query, so it is counted on all `--queries`.
- `band`: of all entities in band match (0.95 or more), on the first `--brute` queries.
- `match`, `review`: the same from the even point (0.5) and from the review border on, of the first `FIRST` of a query:
  nobody reads more namesakes than that.

Scores must be the same, to the last digit.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.comparison import NameIndex
from resolver.engines.pair_scoring import judge
from resolver.hub.hub import Hub
from resolver.pipeline import prepared_of, symbol_source
from resolver.records import Batch, Kind, Record, Value
from resolver.records.prepared.assembly import Part, assembled
from resolver.scoring import scores
from resolver.screening.entity_index import Catalogue, State
from resolver.screening.screener import Screen, Wish
from resolver.training.augment.typos import person_slip

FIRST = 20
_SEED = 11
_EVEN = 0.5


@dataclass(frozen=True, slots=True)
class Recall:
    """Of each figure what brute force hits and what the check lists of that; and how many scores differ."""

    hits: dict[str, int]
    found: dict[str, int]
    other_scores: int

    def share(self, figure: str) -> float:
        """Recall, 0…1; 1 where there was nothing to find."""
        return self.found[figure] / self.hits[figure] if self.hits[figure] else 1.0


def corrupted(state: State, count: int, seed: int = _SEED) -> list[tuple[str, Record]]:
    """(id of the entity it is drawn from, the query), for persons."""
    chance = random.Random(seed)
    shelf = state.shelves[0]
    persons = np.flatnonzero((shelf.prepared.kinds == int(Kind.PERSON)) & state.kept[0])
    drawn = np.random.default_rng(seed).choice(
        persons, size=min(2 * count, len(persons)), replace=False
    )
    queries: list[tuple[str, Record]] = []
    for row in drawn.tolist():
        batch, _ = shelf.records(np.array([row]))
        one = next(batch.to_records())
        name = person_slip(one.caption, chance)
        if len(queries) < count and " " in name:
            values = [Value("name", name)]
            if chance.random() < 0.5:
                values += [
                    Value("birthDate", _written(text, chance))
                    for text in one.texts("birthDate")[:1]
                ]
            queries.append(
                (shelf.ids[row].as_py(), Record("!", "query", Kind.PERSON, "Person", tuple(values)))
            )
    return queries


def _written(date: str, chance: random.Random) -> str:
    """A birth date as it is asked for: one in ten is wrong."""
    if chance.random() >= 0.1 or len(date) != 10:
        return date
    if chance.random() < 0.5 and int(date[8:]) <= 12:
        return f"{date[:5]}{date[8:]}-{date[5:7]}"
    at = chance.choice((2, 3, 9))
    return f"{date[:at]}{(int(date[at]) + 1) % 10 if at < 9 else max(int(date[9]) - 1, 1)}{date[at + 1 :]}"


class Brute:
    """Every entity of a state, to be compared with queries one by one."""

    def __init__(self, hub: Hub, state: State, queries: Sequence[Record]) -> None:
        asked = [Batch.from_records([query]).canonical() for query in queries]
        parts = [Part(prepared_of(one, hub.models), np.zeros(1, dtype=np.int64)) for one in asked]
        rows = [np.flatnonzero(kept) for kept in state.kept]
        parts += [
            Part(shelf.prepared, chosen) for shelf, chosen in zip(state.shelves, rows, strict=True)
        ]
        count = sum(len(part.rows) for part in parts)
        self._work = assembled(parts, pa.nulls(count, pa.string()))
        self._names = NameIndex.of(self._work)
        self._models, self._first = state.models, len(queries)
        self._ids = [
            shelf.ids.take(pa.array(chosen))
            for shelf, chosen in zip(state.shelves, rows, strict=True)
        ]

    def hits(self, query: int, least: float) -> dict[str, float]:
        """Entity id → score of those at or above `least`."""
        right = np.arange(self._first, len(self._work), dtype=np.int32)
        found = scores(
            judge(
                self._work, self._names, self._models, np.full_like(right, query), right, 2
            ).logodds
        )
        good: npt.NDArray[np.int64] = np.flatnonzero(found >= least)
        ids = pa.concat_arrays(self._ids).take(pa.array(good)).to_pylist()
        return dict(zip(ids, found[good].tolist(), strict=True))


def recall(hub: Hub, count: int, brute_count: int, tell: list[str] | None = None) -> Recall:
    """Measure on `count` queries drawn from a hub's store. `tell` gets a line for each hit that is missed."""
    state = Catalogue(hub).refresh()
    queries = corrupted(state, count)
    screen = Screen(hub)
    least = state.borders.review
    borders = {"band": state.borders.match, "match": _EVEN, "review": least}
    hits, found, other = (
        dict.fromkeys((*borders, "drawn"), 0),
        dict.fromkeys((*borders, "drawn"), 0),
        0,
    )
    brute = Brute(hub, state, [query for _, query in queries[:brute_count]])
    drawn_scores = _drawn(hub, state, queries)
    for number, (drawn, query) in enumerate(queries):
        (answer,), _ = screen.check([query], Wish(limit=500))
        listed = {one.entity["id"]: one.score for one in answer.found}
        if drawn_scores[number] >= least:
            hits["drawn"] += 1
            found["drawn"] += drawn in listed
            other += drawn in listed and listed[drawn] != drawn_scores[number]
            _tell(tell, query, drawn, drawn_scores[number], listed)
        if number < brute_count:
            expected = brute.hits(number, least)
            other += sum(expected.get(one) != score for one, score in listed.items())
            first = sorted(expected.items(), key=lambda item: (-item[1], item[0] not in listed))[
                :FIRST
            ]
            for figure, border in borders.items():
                wanted = [
                    one
                    for one, score in (expected.items() if figure == "band" else first)
                    if score >= border
                ]
                hits[figure] += len(wanted)
                found[figure] += len(listed.keys() & set(wanted))
            for one, score in first:
                _tell(tell if score >= _EVEN else None, query, one, score, listed)
    return Recall(hits, found, other)


def _drawn(hub: Hub, state: State, queries: Sequence[tuple[str, Record]]) -> list[float]:
    """The score of each query with the entity it was drawn from."""
    asked = [
        prepared_of(Batch.from_records([query]).canonical(), hub.models) for _, query in queries
    ]
    place = {identity: row for row, identity in enumerate(state.shelves[0].ids.to_pylist())}
    rows = np.array([place[drawn] for drawn, _ in queries], dtype=np.int64)
    parts = [
        *(Part(one, np.zeros(1, dtype=np.int64)) for one in asked),
        Part(state.shelves[0].prepared, rows),
    ]
    work = assembled(parts, pa.nulls(2 * len(queries), pa.string()))
    left = np.arange(len(queries), dtype=np.int32)
    judged = judge(work, NameIndex.of(work), state.models, left, left + np.int32(len(queries)))
    found: list[float] = scores(judged.logodds).tolist()
    return found


def _tell(
    tell: list[str] | None, query: Record, one: str, score: float, listed: Mapping[str, float]
) -> None:
    if tell is not None and one not in listed:
        tell.append(f"{score:.3f} {one} {[value.text for value in query.values]}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the figures as JSON; hits that were missed on standard error."""
    parser = argparse.ArgumentParser(description="Recall of checks against brute force.")
    parser.add_argument("--store", required=True)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--brute", type=int, default=100)
    parser.add_argument("--model", type=Path)
    options = parser.parse_args(arguments)
    symbol_source().load()
    missed: list[str] = []
    with Hub.open(options.store, create=False, model_dir=options.model) as hub:
        said = recall(hub, options.queries, options.brute, missed)
    print("\n".join(missed), file=sys.stderr)
    print(
        json.dumps(
            {
                **asdict(said),
                "recall": {figure: round(said.share(figure), 4) for figure in said.hits},
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
