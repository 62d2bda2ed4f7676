"""Steps that read lists into ranges of ids, one after the other in this process.

For any cut of the ids the records equal those that one machine reads.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resolver.lists.assemble import ListOrder
from resolver.lists.list_reading import ListFacts
from resolver.lists.parallel_reading import DEFAULT_RULES, split_lists
from resolver.lists.reader_types import Intake
from resolver.lists.readers import plan_reads, read_lists
from resolver.records import concat
from resolver.spark import read_stages as work
from resolver.spark.job import ArrowPart, unpack_arrays, unpack_batch
from tests.matching.preparing import same

LISTS = {
    "a.csv": "id,name,birth_date\n1,Ana Silva,1970-01-02\n2,Bo Ek,1980-01-02\n2,Bo Ek,1980-01-02\n",
    "b.csv": "id,name,birth_date\n1,Cai Li,1960-01-02\né,Dee Ray,1950-01-02\n2,Bo Eck,\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in LISTS.items():
        (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / name.replace(".csv", ".mapping.yml")).write_text(
            "{id: id, kind: person, source: s, properties: {name: name, birthDate: birth_date}}",
            "utf-8",
        )
    return tmp_path


def read_ranges(folder: Path, starts: tuple[str, ...]) -> tuple[list[ArrowPart], list[ArrowPart]]:
    """Return the rows of reading, and those of the ranges."""
    planned, _ = plan_reads([folder])
    tasks = tuple(split_lists(planned, 1))
    job = work.ReadJob(tasks, DEFAULT_RULES, strict=False)
    read = [row for number in range(len(tasks)) for row in work.read_list(job, number)]
    facts = [
        ListFacts(item.unit.label, item.row.name, False, "", 3, ("s",), (), ()) for item in planned
    ]
    settle = work.SettleJob(ListOrder.of(facts), (0, 1), starts, ("s:2", "s:9"))
    pieces: dict[int, list[ArrowPart]] = defaultdict(list)
    for row in work.split_ranges(settle, [row for row in read if row.content == "raw"]):
        pieces[row.part].append(row)
    ranges = [pieces[part][::-1] for part in sorted(pieces)]
    return read, [row for rows in ranges for row in work.settle_range(settle, rows)]


def reports(rows: list[ArrowPart]) -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in rows if row.content == "account"]


@pytest.mark.parametrize("starts", [(), ("s:2",), ("s:1", "s:2", "s:3"), ("a", "s:é")])
def test_ranges_hold_what_one_machine_reads(folder: Path, starts: tuple[str, ...]) -> None:
    expected: Intake = read_lists([folder])
    _, settled = read_ranges(folder, starts)
    batches = [unpack_batch(row.body)[0] for row in settled if row.content == "records"]
    assert same(concat(batches).canonical(), expected.batch)
    ids = [text for batch in batches for text in batch.ids.to_pylist()]
    assert ids == expected.batch.ids.to_pylist() == ["s:1", "s:2", "s:é"]
    assert sum(report["collapsed"] for report in reports(settled)) == expected.collapsed == 1
    assert sum(report["conflicts"] for report in reports(settled)) == len(expected.rejects) == 2


def test_figures_say_where_decided_ids_are(folder: Path) -> None:
    _, settled = read_ranges(folder, ("s:2",))
    figures = [unpack_arrays(row.body) for row in settled if row.content == "figures"]
    assert [figure["decided"].to_pylist() for figure in figures] == [[-1, -1], [0, -1]]
    assert [len(figure["kinds"]) for figure in figures] == [1, 2]


def test_a_list_tells_its_facts_and_some_ids(folder: Path) -> None:
    read, _ = read_ranges(folder, ())
    facts = [report["facts"] for report in reports(read)]
    assert [(fact["records"], fact["sources"]) for fact in facts] == [(3, ["s"]), (3, ["s"])]
    samples = [unpack_arrays(row.body)["ids"] for row in read if row.content == "sample"]
    assert np.all([len(sample) == 1 for sample in samples])
