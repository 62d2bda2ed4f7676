"""Frames of a cluster: rows for parts, steps of the workers on them, and rows that come back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from resolver.engines.spark.arrow_transfer import (
    ARROW_SCHEMA,
    SPARK_SCHEMA,
    ArrowPart,
    write_parts,
)
from resolver.engines.spark.counts import Report
from resolver.engines.spark.worker_stages import PartStep, run_step

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

TaskStep = Callable[[int], Iterator[ArrowPart]]
"""Step that begins with the number of a task."""


def send_parts(spark: SparkSession, parts: Sequence[ArrowPart]) -> DataFrame:
    """Return a frame of rows for the workers."""
    columns = [
        pa.array([part[place] for part in parts], column.type)
        for place, column in enumerate(ARROW_SCHEMA)
    ]
    return spark.createDataFrame(pa.Table.from_arrays(columns, schema=ARROW_SCHEMA), SPARK_SCHEMA)


def run_on_parts(step: PartStep, frame: DataFrame, parts: int) -> DataFrame:
    """Run a step of the workers on rows by the number of their part."""
    return frame.repartitionById(parts, "part").mapInArrow(partial(run_step, step), SPARK_SCHEMA)


def run_on_rows(step: PartStep, frame: DataFrame) -> DataFrame:
    """Run a step of the workers on rows where they are, whatever their parts."""
    return frame.mapInArrow(partial(run_step, step), SPARK_SCHEMA)


def run_tasks(spark: SparkSession, step: TaskStep, count: int) -> DataFrame:
    """Run a step of the workers for each number below `count`."""
    numbers = spark.range(0, count, 1, count)
    return numbers.mapInArrow(partial(_run_numbers, step), SPARK_SCHEMA)


def _run_numbers(step: TaskStep, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for number in batch.column(0).to_pylist():
            yield from write_parts(step(number))


def keep_on_disk(frame: DataFrame) -> DataFrame:
    """Keep a frame on the disks of the workers; parts that are lost with one are made again."""
    from pyspark import StorageLevel

    return frame.persist(StorageLevel.DISK_ONLY)


def select_content(frame: DataFrame, *contents: str) -> DataFrame:
    """Return the rows with one of some contents."""
    return frame.filter(frame["content"].isin(*contents))


def collect_reports(frame: DataFrame) -> list[Report]:
    """Return the reports of the workers."""
    return [json.loads(row["body"]) for row in select_content(frame, "account").collect()]


def collect_rows(frame: DataFrame) -> list[ArrowPart]:
    """Return the rows of a frame."""
    rows = frame.collect()
    return [ArrowPart(row["part"], row["content"], bytes(row["body"])) for row in rows]
