"""What the driver knows of records that the workers have in ranges: figures, and no values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.engines.spark.arrow_transfer import unpack_arrays
from resolver.engines.spark.frames import (
    collect_rows,
    keep_on_disk,
    run_on_parts,
    run_on_rows,
    select_content,
)
from resolver.engines.spark.job import Partitioning
from resolver.engines.spark.lists import read_stages as worker
from resolver.ingest.reader_types import Intake, Reject
from resolver.records import Batch
from resolver.records.batch import Coded, Column
from resolver.records.packing import handling_text
from resolver.records.properties import HANDLING
from resolver.records.record import Handling

if TYPE_CHECKING:
    from resolver.engines.spark.frames import Frame

_HIDDEN = handling_text(Handling(code="H3"))
Numbers = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class WorkerIntake:
    """Records that the workers of a context have in ranges, and what the driver knows of them.

    The batch of `intake` has a row for each record, with kind and source, and marks those that not
    everybody may see; it has no ids and no other values. `settled`: frame that holds `records`.
    `row_of`: rows of the ids that decisions name. `withdrawn`: number of ids that only older
    versions hold. `relations`: number of stated relations.
    """

    intake: Intake
    records: Frame
    settled: Frame
    partitioning: Partitioning
    row_of: Mapping[str, int]
    withdrawn: int
    relations: int

    def release(self) -> None:
        """Free the disks of the workers, where the context lives on."""
        for frame in (self.records, self.settled):
            frame.unpersist()


@dataclass(frozen=True, slots=True)
class SettledRanges:
    """Ranges of records whose ids are settled, with the figures of each, in their order."""

    frame: Frame
    figures: list[dict[str, Numbers]]
    sources: list[list[str]]
    collapsed: int
    withdrawn: int
    relations: int
    warnings: list[str]
    rejects: list[Reject]

    @classmethod
    def collect(cls, raw: Frame, job: worker.SettleJob, ranges: int) -> SettledRanges:
        """Settle the ids of records as read, and collect what the driver needs."""
        pieces = run_on_rows(partial(worker.split_ranges, job), select_content(raw, "raw"))
        frame = keep_on_disk(run_on_parts(partial(worker.settle_range, job), pieces, ranges))
        rows = collect_rows(select_content(frame, "account", "figures"))
        reports = [json.loads(row.body) for row in rows if row.content == "account"]
        reports.sort(key=lambda report: int(report["range"]))
        bodies = {row.part: row.body for row in rows if row.content == "figures"}
        figures = [_read_figures(bodies.get(part)) for part in range(ranges)]
        sources: list[list[str]] = [[] for _ in range(ranges)]
        for report in reports:
            sources[report["range"]] = report["sources"]
        conflicts = sum(report["conflicts"] for report in reports)
        rejects = [Reject(*row) for report in reports for row in report["rejects"]]
        if conflicts > len(rejects):
            reason = f"{conflicts - len(rejects):,} more rows repeat an id with other content"
            rejects.append(Reject("", 0, reason))
        return cls(
            frame,
            figures,
            sources,
            sum(report["collapsed"] for report in reports),
            sum(report["withdrawn"] for report in reports),
            sum(report["relations"] for report in reports),
            sorted(line for report in reports for line in report["warnings"]),
            rejects,
        )


def _read_figures(body: bytes | None) -> dict[str, Numbers]:
    """Return the figures of a range; those of one without records are empty."""
    if body is None:
        return {name: np.zeros(0, dtype=kind) for name, kind in worker.FIGURES.items()}
    return {
        name: array.to_numpy(zero_copy_only=False) for name, array in unpack_arrays(body).items()
    }


def build_outline(figures: Sequence[dict[str, Numbers]], sources: Sequence[list[str]]) -> Batch:
    """Return the batch that stands for the records on the driver (see `WorkerIntake`)."""
    names = sorted({name for own in sources for name in own})
    place = {name: number for number, name in enumerate(names)}
    codes = [
        np.array([place[name] for name in own], dtype=np.int32)[figure["sources"]]
        for figure, own in zip(figures, sources, strict=True)
        if own
    ]
    kinds = np.concatenate([figure["kinds"] for figure in figures]).astype(np.uint8)
    starts = np.cumsum([0] + [len(figure["kinds"]) for figure in figures])
    hidden = np.concatenate(
        [figure["hidden"] + start for figure, start in zip(figures, starts, strict=False)]
    ).astype(np.int32)
    zeros = np.zeros(len(hidden), dtype=np.int32)
    marks = Column(hidden, zeros, pa.array([_HIDDEN]), zeros, pa.array([""]))
    return Batch(
        pa.nulls(len(kinds), pa.string()),
        kinds,
        Coded(np.zeros(len(kinds), dtype=np.int32), pa.array([""])),
        Coded(np.concatenate([np.zeros(0, np.int32), *codes]), pa.array(names, pa.string())),
        {HANDLING: marks} if len(hidden) else {},
    )


def locate_ids(
    figures: Sequence[dict[str, Numbers]], starts: Sequence[int], ids: Sequence[str]
) -> dict[str, int]:
    """Return the row of each id that a range has."""
    row_of = {}
    for figure, start in zip(figures, starts, strict=True):
        for place in np.flatnonzero(figure["decided"] >= 0).tolist():
            row_of[ids[place]] = start + int(figure["decided"][place])
    return row_of
