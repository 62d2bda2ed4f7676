"""Measure graphs and paths in a large network: `python -m benchmarks.network --entities 1000000`.

The network is invented: one record for each entity, with three relations (member of a group of very
different sizes, one of them of a tenth of all; associate of somebody near; linked to anybody) and,
for every second, a telephone that a third of them share with another. The store has its rows and
the record index its columns as if the records had been resolved; nothing is compared. The table has
the milliseconds of a question, by the clock and of the processor, and the median number of nodes of
its answer.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import update

from resolver.hub.segment_contents import prepared_to_arrays
from resolver.matching.pipeline import normalize
from resolver.matching.resolution_task import load_models
from resolver.network.export import load_table
from resolver.network.graph_reader import GraphQuery, grow_graph
from resolver.network.paths import PathQuery, search_paths
from resolver.network.visible_records import VisibleRecords, load_edges
from resolver.records import Batch, Coded, Column, Kind
from resolver.records.packing import SEPARATOR
from resolver.records.visibility import OPERATOR
from resolver.store import Store
from resolver.store.bulk_rows import insert_rows
from resolver.store.schema import entities, members, meta, records, revisions, sources
from resolver.store.segments import Segment, build_segment

_SEED, _NAMES = 1, 5_000
Ints = npt.NDArray[np.int64]
_Rows = dict[str, Sequence[Any]]


def _column(rows: Ints, codes: Ints, texts: Sequence[str]) -> Column:
    order = np.lexsort((codes, rows))
    origins = np.zeros(len(rows), dtype=np.int32)
    return Column(
        rows[order].astype(np.int32),
        codes[order].astype(np.int32),
        pa.array(texts, pa.string()),
        origins,
        pa.array([""]),
    )


def make_batch(count: int) -> Batch:
    """Return the records of a network of `count` entities; the first twentieth are groups."""
    dice, groups = np.random.default_rng(_SEED), max(count // 20, 1)
    everyone = np.arange(count)
    group = (dice.pareto(1.0, count) * 2).astype(np.int64) % groups
    group[dice.permutation(count)[: count // 10]] = 0
    near, anybody = (everyone + dice.integers(1, 50, count)) % count, dice.integers(0, count, count)
    ids = [f"s:{number:07d}" for number in range(count)]
    texts = [f"memberOf{SEPARATOR}{ids[n]}{SEPARATOR * 2}driver" for n in range(groups)]
    texts += [f"{kind}{SEPARATOR}{name}" for kind in ("associateOf", "linkedTo") for name in ids]
    relations = np.concatenate([group, groups + near, groups + count + anybody])
    callers = np.sort(dice.permutation(count)[: count // 2])
    phones = [f"+31205{number:06d}" for number in range(max(count // 3, 1))]
    calls = dice.integers(0, len(phones), len(callers))
    columns = {
        "name": _column(everyone, everyone % _NAMES, [f"Name {n}" for n in range(_NAMES)]),
        "phone": _column(callers, calls, phones),
        "relation": _column(np.tile(everyone, 3), relations, texts),
    }
    zero_codes = np.zeros(count, dtype=np.int32)
    kinds = np.where(everyone < groups, int(Kind.GROUP), int(Kind.PERSON)).astype(np.uint8)
    schemas = Coded((everyone >= groups).astype(np.int32), pa.array(["Organization", "Person"]))
    return Batch(pa.array(ids), kinds, schemas, Coded(zero_codes, pa.array(["s"])), columns)


def make_segment(batch: Batch) -> Segment:
    """Return the segment of the index that the records are in, of their contacts alone."""
    contacts = replace(batch, columns={"phone": batch.columns["phone"]})
    prepared = prepared_to_arrays(normalize(contacts, load_models(None)))
    extra = {f"prepared.{name}": array for name, array in prepared.items()}
    nothing = np.zeros(0, dtype=np.int64)
    return build_segment(
        batch, since=0, until=1, committed_at="", first=1, ended=nothing, extra=extra
    )


def fill_store(url: str, batch: Batch) -> None:
    """Make a store of some records, each an entity of its own."""
    ids, numbers = batch.ids.to_pylist(), list(range(1, len(batch) + 1))
    ones, zeros = [1] * len(ids), [b"\0"] * len(ids)
    head: dict[str, Any] = {
        "version": 1,
        "last_record": len(ids),
        "last_entity": len(ids),
        "plan": "x",
    }
    row: _Rows = {"version": [1], "landed": [""], "kind": ["batch"], "who": [""], "counts": [{}]}
    source: _Rows = {"number": [1], "name": ["s"], "deduplicated": [False]}
    record_rows: _Rows = {
        "number": numbers,
        "record_id": ids,
        "source": ones,
        "kind": batch.kinds.tolist(),
        "schema": batch.schemas.texts(),
        "content": ["[]"] * len(ids),
        "hash": zeros,
        "valid_from": ones,
    }
    entity_rows: _Rows = {"number": numbers, "id": [f"e-{n:07d}" for n in numbers], "born": ones}
    with Store.open(url) as store, store.engine.begin() as connection:
        connection.execute(update(meta).values(**head))
        insert_rows(revisions, row, connection)
        insert_rows(sources, source, connection)
        insert_rows(records, record_rows, connection)
        insert_rows(entities, entity_rows, connection)
        member_rows: _Rows = {"record": numbers, "entity": numbers, "valid_from": ones}
        insert_rows(members, member_rows, connection)


def measure_network(url: str, segment: Segment, questions: int) -> dict[str, dict[str, float]]:
    """Ask for graphs and paths of entities at random; return milliseconds by question."""
    count, dice = len(segment), np.random.default_rng(_SEED + 1)
    picked = dice.integers(count // 20, count, 2 * questions) + 1

    @contextmanager
    def opened() -> Iterator[VisibleRecords]:
        """Open the records, as each request does."""
        with store.view() as view:
            yield VisibleRecords(view, [segment], OPERATOR)

    def graph(hops: int, entity: int) -> int:
        """Return the number of nodes of a graph."""
        with opened() as rows:
            return len(grow_graph(rows, [entity], GraphQuery(hops)).nodes)

    def path(left: int, right: int) -> int:
        """Return the number of nodes of the shortest path."""
        with opened() as rows:
            return max(map(len, search_paths(rows, [left], [right], PathQuery()).paths), default=0)

    with Store.open(url, create=False) as store:
        figures = {"look-up arrays": _times(lambda _: len(load_edges([segment])), 1)}
        figures["one hop"] = _times(lambda n: graph(1, int(picked[n])), questions)
        figures["two hops"] = _times(lambda n: graph(2, int(picked[n])), questions)
        figures["largest group"] = _times(lambda _: graph(1, 1), max(questions // 5, 1))
        figures["path"] = _times(
            lambda n: path(int(picked[n]), int(picked[n + questions])), questions
        )
        with opened() as rows:
            figures["table of all"] = _times(lambda _: len(load_table(rows)), 1)
    return figures


def _times(ask: Callable[[int], int], questions: int) -> dict[str, float]:
    times, work, sizes = [], [], []
    for number in range(questions):
        start, cpu_start = time.perf_counter(), time.process_time()
        sizes.append(ask(number))
        times.append(1000 * (time.perf_counter() - start))
        work.append(1000 * (time.process_time() - cpu_start))
    median, p95 = np.percentile(times, [50, 95])
    cpu_median, cpu_p95 = np.percentile(work, [50, 95])
    return {
        "questions": questions,
        "nodes": float(np.median(sizes)),
        "p50": float(median),
        "p95": float(p95),
        "cpu p50": float(cpu_median),
        "cpu p95": float(cpu_p95),
    }


def main() -> None:
    """Make the network, measure, and print one line for each question."""
    parser = argparse.ArgumentParser(description="Measure graphs and paths.")
    parser.add_argument("--entities", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder)}/hub.db"
        batch = make_batch(options.entities)
        fill_store(url, batch)
        for question, row in measure_network(url, make_segment(batch), options.questions).items():
            print(f"{question:15}", " ".join(f"{name} {value:.4g}" for name, value in row.items()))


if __name__ == "__main__":
    main()
