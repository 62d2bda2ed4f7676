"""Reading all lists of a run, on several cores if they are large.

A process reads whole lists, or a share of the chunks of a large table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from resolver.errors import InputError
from resolver.lists.discovery import PlannedList
from resolver.lists.list_reading import (
    MAX_REJECTS,
    ListContents,
    Progress,
    RawList,
    complete_list,
    read_share,
)
from resolver.lists.reader_types import Share
from resolver.runtime.processes import Ranges, share_ranges

MIN_PARALLEL_BYTES = 2 << 20
"""Size of all files from which lists are read in several processes."""
MAX_SILENT_BYTES = 64 << 20
"""Largest size of all files that copies of the process may read alone; copies do not show their
progress.
"""


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """Rules by which all lists of a run are read.

    `accept_restricted` admits handling codes above H0. `complete` states that the lists hold all
    records of their sources. Lists are read in up to `workers` processes; this does not change the
    result. With `apart`, rows that share an id but state different values become separate records;
    otherwise one of them is kept.
    """

    accept_restricted: bool = False
    complete: bool = False
    workers: int = 1
    apart: bool = False


DEFAULT_RULES = ReadingRules()


@dataclass(frozen=True, slots=True)
class ReadingTask:
    """List, or share of a list, that one process reads: the list's position in the plan, and its
    size in bytes.
    """

    place: int
    item: PlannedList
    size: float


_Result = RawList | InputError


def read_planned(
    planned: Sequence[PlannedList],
    rules: ReadingRules = DEFAULT_RULES,
    *,
    strict: bool = False,
    progress: Progress | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> list[ListContents]:
    """Read lists, in their order, on several cores if they are large.

    `progress` is as in `read_unit`; lists that another process reads are reported once they are
    read. `meanwhile`: work of this process before the lists are read, or while copies of the
    process read them. Raises the error of the first list, in their order, that raises one.
    """
    size = count_bytes(planned)
    workers = rules.workers if size >= MIN_PARALLEL_BYTES else 1
    tasks = split_lists(planned, 1 if strict else workers)
    # if copies alone read one table, no progress is shown
    may_copies_read = workers > 1 and (size <= MAX_SILENT_BYTES or len(tasks) > workers)
    if meanwhile is not None and not may_copies_read:
        meanwhile()
        meanwhile = None
    read = partial(read_item, rules=rules, strict=strict, progress=progress)
    results, own = _run(tasks, workers, read, meanwhile)
    contents = []
    for index, item in enumerate(planned):
        numbers = [number for number, task in enumerate(tasks) if task.place == index]
        raw = _join_shares([results.pop(number) for number in numbers]) or _whole(read(item))
        contents.append(complete_list(item.row, item.unit, raw, item.notes, workers))
        if progress and not own.issuperset(numbers):
            progress(item.unit.label, len(contents[-1].batch))
    return [replace(list_, complete=list_.complete or rules.complete) for list_ in contents]


def _run(
    tasks: Sequence[ReadingTask],
    workers: int,
    read: Callable[[PlannedList], _Result],
    meanwhile: Callable[[], None] | None,
) -> tuple[dict[int, _Result], set[int]]:
    """Return the results of tasks by their number, and the numbers of the tasks that this process
    did.
    """
    # the largest come first, so that no process begins a large task when the others are done
    order = sorted(range(len(tasks)), key=lambda number: -tasks[number].size)

    def run(ranges: Ranges) -> dict[int, _Result]:
        """Return the results of the tasks that one process takes."""
        return {
            number: read(tasks[number].item)
            for start, stop in ranges
            for number in order[start:stop]
        }

    parts = share_ranges(run, len(tasks), workers, 1, meanwhile)
    return {number: raw for part in parts for number, raw in part.items()}, set(parts[0])


def read_item(
    item: PlannedList, rules: ReadingRules, *, strict: bool, progress: Progress | None = None
) -> RawList | InputError:
    """Return a list or a share of it, or the error that it raises."""
    try:
        return read_share(
            item.row,
            item.unit,
            strict=strict,
            accept_restricted=rules.accept_restricted,
            progress=progress,
        )
    except InputError as error:
        return error


def _join_shares(shares: Sequence[_Result]) -> list[RawList]:
    """Return the shares of one list. The result is empty if the list has to be read as a whole,
    because only that shows the place of an error, and which of very many rejects come first.

    Raises the error of a list if it was read as a whole.
    """
    if len(shares) == 1:
        return _whole(shares[0])
    read = [share for share in shares if isinstance(share, RawList)]
    rejects = sum(len(share.rejects) for share in read)
    return read if len(read) == len(shares) and rejects <= MAX_REJECTS else []


def _whole(result: _Result) -> list[RawList]:
    if isinstance(result, InputError):
        raise result
    return [result]


def split_lists(planned: Sequence[PlannedList], workers: int) -> list[ReadingTask]:
    """Return a task for each list; if one table has most of the bytes, one task for each process.

    A process that reads a share of a table skips the chunks of other processes, which takes time,
    too.
    """
    tasks, sizes = [], [_size(item) for item in planned]
    for index, (item, size) in enumerate(zip(planned, sizes, strict=True)):
        is_split = size * workers > sum(sizes) and item.row.has_shares(item.unit)
        count = workers if is_split else 1
        for number in range(count):
            unit = replace(item.unit, share=Share(number, count))
            tasks.append(ReadingTask(index, replace(item, unit=unit), size / count))
    return tasks


def count_bytes(planned: Sequence[PlannedList]) -> int:
    """Return the size of the files of lists."""
    return sum(_size(item) for item in planned)


def _size(item: PlannedList) -> int:
    """Return the bytes of the files of a list; for a member of an archive, the bytes of the
    archive.
    """
    paths = {
        file.path if file.worksheet is None else file.worksheet.path for file in item.unit.files
    }
    return sum(map(_file_size, paths))


def _file_size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        # reading it will report the fault
        return 0
