"""Lists in: what every command that reads them does, and says of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from resolver.cli.options import Reading
from resolver.cli.progress_bars import Bars
from resolver.errors import InputError, UsageError

if TYPE_CHECKING:
    from resolver.ingest.reader_types import Intake
    from resolver.records import Batch


def read(
    files: Sequence[Path],
    reading: Reading,
    bars: Bars,
    *,
    stage: str = "read",
    complete: bool = False,
) -> Intake:
    """Read lists as one intake. Notes go to standard error. Raises `InputError` where not one record is left."""
    from resolver.ingest.readers import read_lists

    done: dict[str, int] = {}

    def reached(label: str, count: int) -> None:
        done[label] = count
        bars.reach(sum(done.values()))

    bars.start(stage, unit="records")
    intake = read_lists(
        list(files),
        format=reading.list_format,
        mapping=reading.mappings(),
        strict=reading.strict,
        accept_restricted=reading.accept_restricted,
        complete=complete,
        progress=reached,
    )
    bars.finish()
    for warning in intake.warnings:
        click.echo(f"note: {warning}", err=True)
    if not len(intake.batch):
        raise InputError("no record could be read", where=_names(files), mend=_first_reject(intake))
    return intake


def declared(intake: Intake) -> list[str]:
    """The sources that declare themselves free of duplicates, sorted."""
    return sorted(intake.deduplicated_sources)


def together(left: Intake, right: Intake, batch: Batch) -> Intake:
    """What was read of both sides as one intake over `batch`, for the results of a run that had two."""
    from resolver.ingest.reader_types import Intake

    return Intake(
        batch,
        left.lists + right.lists,
        tuple(sorted(left.rejects + right.rejects)),
        tuple(sorted({*left.withdrawn, *right.withdrawn})),
        left.collapsed + right.collapsed,
        left.warnings + right.warnings,
    )


def keep_apart(files: Sequence[Path], out: Path) -> None:
    """Refuse to write into a folder that is read: the next run would take its own results for a list."""
    target = out.resolve()
    for path in files:
        folder = path.resolve()
        if folder.is_dir() and (folder == target or folder in target.parents):
            raise UsageError(
                f"--out {out} lies in {path}, which is read", mend="write to a folder outside of it"
            )


def _names(files: Sequence[Path]) -> str:
    shown = ", ".join(str(path) for path in files[:3])
    return shown + (f" and {len(files) - 3} more" if len(files) > 3 else "")


def _first_reject(intake: Intake) -> str:
    if not intake.rejects:
        return "the lists are empty"
    first = intake.rejects[0]
    place = f"{first.file}, line {first.line}" if first.line else first.file
    return f"{place}: {first.reason}"
