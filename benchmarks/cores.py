"""Measure what a second core gains: `python -m benchmarks.cores`.

Each round runs `dedupe` over generated persons of `tools/persons.py` once on each number of cores,
in turn, in processes of their own that may run on so many cores only. The speed-up of a round is
the wall time on one core over that on several; figures are medians. By Amdahl's law the share of
the work that ran in parallel follows from the most cores measured, and from it the speed-up that
more cores would bring to work in equal parts; that is no measurement. Fails if outputs differ in
a byte. Writes `cores.json` and `cores.md`. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from statistics import median

from benchmarks.growth import dedupe_command
from benchmarks.harness.datasets import DATA, ROOT, AbsentError, persons_table
from benchmarks.harness.figure_table import format_markdown, format_text
from benchmarks.harness.timing import Cost, time_command
from benchmarks.quality import OUT
from resolver.runtime.threads import available_cores

COLUMNS = ("cores", "wall s", "CPU s", "CPU s / wall s", "peak MiB", "speed-up", "(from – to)")
SIMULATED = (4, 8, 16)
"""Numbers of cores that the speed-up is calculated for."""
REPORT = "report.html"
"""The only file of results that may differ: it states times."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; return the exit code."""
    options = _parser().parse_args(arguments)
    work = options.out / "work" / "cores"
    try:
        table = persons_table(options.data, work, options.records)
    except AbsentError as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 0
    counts = sorted({1, *options.cores})
    rounds: list[dict[int, Cost]] = []
    digests: set[str] = set()
    # the first round fills the caches of names and is not counted
    for number in range(options.rounds + 1):
        costs: dict[int, Cost] = {}
        for count in counts:
            print(f"round {number}, {count} cores …", file=sys.stderr, flush=True)
            folder = work / f"result-{count}"
            command = dedupe_command(table, work, "--out", str(folder.resolve()))
            if options.all_files:
                command = [part for part in command if part not in ("--only", "entities")]
            with _cores(count):
                costs[count] = time_command(command, ROOT)
            digests.add(_digest(folder))
        rounds.append(costs)
    del rounds[0]
    lines = [_line(count, rounds) for count in counts]
    share = parallel_share(rounds)
    _write(options.out, rounds, share, lines)
    print(format_text(lines, COLUMNS))
    print(describe_share(share))
    if len(digests) > 1:
        print("outputs differ between numbers of cores", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cores", description=__doc__)
    parser.add_argument(
        "--records", type=int, default=1_000_000, metavar="N", help="records (default: 1000000)"
    )
    parser.add_argument(
        "--cores",
        type=lambda text: [int(part) for part in text.split(",")],
        default=[min(2, available_cores())],
        metavar="N,N",
        help="numbers of cores to compare with one (default: 2)",
    )
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="how often each runs (default: 3)"
    )
    parser.add_argument(
        "--all-files", action="store_true", help="write all results, not entities.csv alone"
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    return parser


@contextmanager
def _cores(count: int) -> Iterator[None]:
    """Let this process and those it starts run on the first `count` cores only (Linux)."""
    allowed = os.sched_getaffinity(0)
    if count > len(allowed):
        raise ValueError(f"{count} cores were requested, and there are {len(allowed)}")
    os.sched_setaffinity(0, sorted(allowed)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _digest(folder: Path) -> str:
    """Return a digest of all results in a folder but the report."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name != REPORT:
            digest.update(f"{path.name}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _speed_ups(count: int, rounds: Sequence[dict[int, Cost]]) -> list[float]:
    return sorted(costs[1].wall / costs[count].wall for costs in rounds)


def parallel_share(rounds: Sequence[dict[int, Cost]]) -> float:
    """Return the share of the work on one core that ran in parallel on the most cores, 0 to 1."""
    most = max(rounds[0])
    if most == 1:
        return 0.0
    speed_up = median(_speed_ups(most, rounds))
    return min(max((1 - 1 / speed_up) / (1 - 1 / most), 0.0), 1.0)


def describe_share(share: float) -> str:
    """Return a line on the share that ran in parallel, and what more cores would bring."""
    simulated = ", ".join(f"{n} cores {1 / (1 - share + share / n):.2f}" for n in SIMULATED)
    return f"in parallel: {share:.0%} of the work; speed-up of equal parts: {simulated}"


def _line(count: int, rounds: Sequence[dict[int, Cost]]) -> tuple[str, ...]:
    costs, speed_ups = [costs[count] for costs in rounds], _speed_ups(count, rounds)
    wall, cpu = median(cost.wall for cost in costs), median(cost.cpu for cost in costs)
    return (
        str(count),
        f"{wall:.1f}",
        f"{cpu:.1f}",
        f"{median(cost.cpu / cost.wall for cost in costs):.2f}",
        f"{max(cost.peak_mib for cost in costs):,.0f}",
        f"{median(speed_ups):.2f}",
        f"({speed_ups[0]:.2f} – {speed_ups[-1]:.2f})",
    )


def _write(
    out: Path,
    rounds: Sequence[dict[int, Cost]],
    share: float,
    lines: Sequence[tuple[str, ...]],
) -> None:
    content = {
        "rounds": [{str(count): asdict(cost) for count, cost in costs.items()} for costs in rounds],
        "parallel_share": share,
    }
    (out / "cores.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    text = f"{format_markdown(lines, COLUMNS)}\n\n{describe_share(share)}\n"
    (out / "cores.md").write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
