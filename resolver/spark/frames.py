"""Frames of a cluster: rows for parts, steps of the workers on them, and rows that come back.

A frame is an RDD of `ArrowPart`. Rows are few and large, and only Python reads them, so Spark SQL,
whose start takes seconds in each process, is not loaded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from resolver.spark.job import ArrowPart, Report
from resolver.spark.worker_stages import PartStep, run_step

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext

    Frame: TypeAlias = RDD[ArrowPart]

TaskStep = Callable[[int], Iterator[ArrowPart]]
"""Step that begins with the number of a task."""
_Keyed = tuple[int, tuple[str, bytes]]


def send_parts(spark: SparkContext, parts: Sequence[ArrowPart]) -> Frame:
    """Return a frame of rows for the workers, each of which comes to one of them."""
    return spark.parallelize(parts, max(len(parts), 1))


def run_on_parts(step: PartStep, frame: Frame, parts: int) -> Frame:
    """Run a step of the workers on rows by the number of their part."""
    keyed = frame.map(_to_keyed).partitionBy(parts, _part_of_key)
    return keyed.mapPartitions(partial(_run_keyed, step))


def _to_keyed(row: ArrowPart) -> _Keyed:
    return row.part, (row.content, row.body)


def _part_of_key(part: int) -> int:
    """Return the part itself, in place of a hash."""
    return part


def _run_keyed(step: PartStep, rows: Iterable[_Keyed]) -> Iterator[ArrowPart]:
    return run_step(step, (ArrowPart(part, *values) for part, values in rows))


def run_on_rows(step: PartStep, frame: Frame) -> Frame:
    """Run a step of the workers on rows where they are, whatever their parts."""
    return frame.mapPartitions(partial(run_step, step))


def run_tasks(spark: SparkContext, step: TaskStep, count: int) -> Frame:
    """Run a step of the workers for each number below `count`."""
    return spark.parallelize(range(count), count).flatMap(step)


def keep_on_disk(frame: Frame) -> Frame:
    """Keep a frame on the disks of the workers; parts that are lost with one are made again."""
    from pyspark import StorageLevel

    return frame.persist(StorageLevel.DISK_ONLY)


def select_content(frame: Frame, *contents: str) -> Frame:
    """Return the rows with one of some contents."""
    return frame.filter(partial(_has_content, contents))


def _has_content(contents: Sequence[str], row: ArrowPart) -> bool:
    return row.content in contents


def collect_reports(frame: Frame) -> list[Report]:
    """Return the reports of the workers."""
    return [json.loads(row.body) for row in select_content(frame, "account").collect()]


def iterate_rows(frame: Frame) -> Iterator[ArrowPart]:
    """Yield the rows of a frame that is kept on disk, those of one part after the other.

    Java then holds the rows of one part at a time.
    """
    yield from frame.toLocalIterator()


def collect_rows(frame: Frame) -> list[ArrowPart]:
    """Return the rows of a frame."""
    rows: list[ArrowPart] = frame.collect()
    return rows
