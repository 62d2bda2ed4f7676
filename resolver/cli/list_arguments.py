"""Lists given to commands: read them, report problems, combine them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from resolver.cli.options import ReadingOptions
from resolver.cli.progress_bars import ProgressBars
from resolver.errors import InputError, UsageError
from resolver.ingest.io.remote_files import describe_path, local_copies

if TYPE_CHECKING:
    from resolver.ingest.reader_types import Intake
    from resolver.records import Batch


def read_list_files(
    files: Sequence[Path],
    reading: ReadingOptions,
    bars: ProgressBars,
    *,
    stage: str = "read",
    complete: bool = False,
    workers: int = 1,
    meanwhile: Callable[[], None] | None = None,
) -> Intake:
    """Read lists as one intake, with notes on standard error, in up to `workers` processes.

    `meanwhile` is called before, or while copies of this process read. Raises `InputError` if no
    record could be read.
    """
    from resolver.ingest.parallel_reading import ReadingRules
    from resolver.ingest.readers import read_lists

    counts: dict[str, int] = {}

    def report_progress(label: str, count: int) -> None:
        """Report the records read of all lists."""
        counts[label] = count
        bars.reach(sum(counts.values()))

    bars.start(stage, unit="records")
    with local_copies(files) as paths:
        intake = read_lists(
            paths,
            format=reading.list_format,
            mapping=reading.mappings(),
            strict=reading.strict,
            rules=ReadingRules(reading.accept_restricted, complete, workers),
            progress=report_progress,
            meanwhile=meanwhile,
        )
    bars.finish()
    for warning in intake.warnings:
        click.echo(f"note: {warning}", err=True)
    if not len(intake.batch):
        raise InputError("no record could be read", place=_names(files), hint=_first_reject(intake))
    return intake


def deduplicated_sources(intake: Intake) -> list[str]:
    """Return the sources that state to be free of duplicates, sorted."""
    return sorted(intake.deduplicated_sources)


def merge_intakes(left: Intake, right: Intake, batch: Batch) -> Intake:
    """Return the intakes of both sides as one over `batch`, for the results of a run with two
    sides.
    """
    from resolver.ingest.reader_types import Intake

    return Intake(
        batch,
        left.lists + right.lists,
        tuple(sorted(left.rejects + right.rejects)),
        tuple(sorted({*left.withdrawn, *right.withdrawn})),
        left.collapsed + right.collapsed,
        left.warnings + right.warnings,
    )


def check_output_outside(files: Sequence[Path], out: Path) -> None:
    """Raise `UsageError` if `out` is inside a folder that is read.

    The next run would otherwise read its own results as lists.
    """
    target = out.resolve()
    for path in files:
        folder = path.resolve()
        if folder.is_dir() and (folder == target or folder in target.parents):
            raise UsageError(
                f"--out {out} is inside {path}, which is read",
                hint="write to a folder outside of it",
            )


def _names(files: Sequence[Path]) -> str:
    text = ", ".join(describe_path(path) for path in files[:3])
    return text + (f" and {len(files) - 3} more" if len(files) > 3 else "")


def _first_reject(intake: Intake) -> str:
    if not intake.rejects:
        return "the lists are empty"
    first = intake.rejects[0]
    place = f"{first.file}, line {first.line}" if first.line else first.file
    return f"{place}: {first.reason}"
