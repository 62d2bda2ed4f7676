"""Lists given to commands: read them, report problems, combine them.

Errors for record ids and files that do not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from resolver.cli.options import ReadingOptions
from resolver.cli.progress_bars import ProgressBars
from resolver.errors import InputError, UsageError
from resolver.ingest.io.remote_files import describe_path, local_copies
from resolver.kernels.processes import compute_both

if TYPE_CHECKING:
    from resolver.ingest.reader_types import Intake
    from resolver.records import Batch


_Begun = TypeVar("_Begun")
BYTES_OF_ONE_COPY = range(512 << 10, 2 << 20)
"""Sizes of lists that one copy of this process reads as a whole: it loads the readers, too. Smaller
ones are not worth a copy, larger ones are read by several.
"""


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
    counts: dict[str, int] = {}

    def report_progress(label: str, count: int) -> None:
        """Report the records read of all lists."""
        counts[label] = count
        bars.reach(sum(counts.values()))

    def read(meanwhile: Callable[[], None] | None = None) -> Intake:
        """Load the readers of all formats, and read the lists."""
        from resolver.ingest.parallel_reading import ReadingRules
        from resolver.ingest.readers import read_lists

        return read_lists(
            paths,
            format=reading.list_format,
            mapping=reading.mappings(),
            source=reading.source,
            strict=reading.strict,
            rules=ReadingRules(reading.accept_restricted, complete, workers),
            progress=report_progress,
            meanwhile=meanwhile,
        )

    bars.start(stage, unit="records")
    with local_copies(files) as paths:
        if meanwhile is not None and workers > 1 and _count_bytes(paths) in BYTES_OF_ONE_COPY:
            intake = compute_both(meanwhile, read, parallel=True)[1]
            bars.reach(len(intake.batch))
        else:
            intake = read(meanwhile)
    bars.finish()
    for warning in intake.warnings:
        click.echo(f"note: {warning}", err=True)
    if not len(intake.batch):
        raise InputError("no record could be read", place=_names(files), hint=_first_reject(intake))
    return intake


def read_while(
    begin: Callable[[], _Begun], read: Callable[[Callable[[], None]], Intake]
) -> tuple[Intake, _Begun]:
    """Return lists, and what `begin` returns. `read` calls what it is given once: before it reads,
    or while copies of this process do.
    """
    begun: list[_Begun] = []
    intake = read(lambda: begun.append(begin()))
    return intake, begun[0]


def _count_bytes(paths: Sequence[Path]) -> int:
    """Return the size of files and of those in folders, as far as it can be seen.

    `parallel_reading.count_bytes` knows it better, but only once the readers are loaded.
    """
    total = 0
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else (path,):
            with suppress(OSError):
                total += file.stat().st_size
    return total


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


_MAX_SUGGESTIONS = 3
_MIN_SIMILARITY = 80
"""Similarity, in percent, from which an existing id is suggested."""


def check_file_exists(path: Path | None) -> None:
    """Raise `InputError` before long work if a file to read does not exist."""
    if path is not None and not path.is_file():
        message = "this is a folder, not a file" if path.is_dir() else "there is no such file"
        raise InputError(message, place=str(path), hint="check the path")


def unknown_record_error(
    identity: str, ids: Collection[str], suffix: str = "", place: str = ""
) -> InputError:
    """Return the error for an unknown record id, with similar ids as suggestions.

    `suffix` is added to the message, `place` is where the id is written.
    """
    suggestions = " or ".join(_suggestions(identity, ids))
    hint = f"did you mean {suggestions}? " if suggestions else "name the lists that hold it; "
    return InputError(
        f"there is no record {identity[:100]!r} in the lists{suffix}",
        place=place,
        hint=f"{hint}ids are <source>:<id>, as in entities.csv",
    )


def _suggestions(identity: str, ids: Collection[str]) -> list[str]:
    """Return ids whose part after the source is `identity`, else similar ids."""
    wanted_id = identity.strip().casefold()
    matches = sorted(
        candidate
        for candidate in ids
        if candidate.partition(":")[2].casefold() == wanted_id or candidate.casefold() == wanted_id
    )
    if matches:
        return matches[:_MAX_SUGGESTIONS]
    from rapidfuzz import process

    close = process.extract(
        identity[:100], list(ids), limit=_MAX_SUGGESTIONS, score_cutoff=_MIN_SIMILARITY
    )
    return [candidate for candidate, _, _ in close]
