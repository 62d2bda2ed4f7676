"""Record and compare what the commands and the service answer, to show that a change keeps it.

    python -m benchmarks.behavior record
    python -m benchmarks.behavior compare --parts demo,increment --keep build/behavior
    python -m benchmarks.behavior compare --tiny

Only the outside interface is used: `python -m resolver` in processes of its own, and HTTP requests
to `resolver serve`. A baseline (`benchmarks/data/behavior.json`) holds one SHA-256 digest per
output and no data. `compare` prints one line per part and exits with 1 where an output differs.
Outputs lie in `--keep DIR`, one folder per part; without it only those of parts that differ are
kept, in a new folder that is named. To see what changed, run `record --keep A --baseline /dev/null`
on the state before, `compare --keep B` on the state after, and compare the folders with
`diff -r A B`.

What is written for people is left out of the digests: reasons in rejects.csv, report.html, and the
words under the keys in `PROSE`. So is what differs from run to run or with each release
(`VOLATILE`). Files whose names begin with `raw-` are kept to be read and have no digest.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.baseline.digests import digests_of
from benchmarks.baseline.parts import PARTS, Workspace
from benchmarks.baseline.processes import CommandError
from benchmarks.harness.datasets import DATA, ROOT, AbsentError

BASELINE = ROOT / "benchmarks" / "data" / "behavior.json"


@dataclass(frozen=True, slots=True)
class PartResult:
    """Outcome of one part: digests by file, or the reason why it was skipped; seconds it took."""

    name: str
    digests: dict[str, str]
    skipped: str
    seconds: float


def run_part(name: str, space: Workspace, out: Path) -> PartResult:
    """Run one part into the folder `out`, which is emptied first. Raises `CommandError`."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    began = time.monotonic()
    skipped = ""
    try:
        PARTS[name](space, out)
    except AbsentError as error:
        skipped = str(error)
    digests = {} if skipped else digests_of(out)
    return PartResult(name, digests, skipped, time.monotonic() - began)


def differences(result: PartResult, recorded: Mapping[str, str]) -> list[str]:
    """Return the names of files that differ, lack or are new, in order."""
    names = {*result.digests, *recorded}
    return sorted(name for name in names if result.digests.get(name) != recorded.get(name))


def judge_part(
    result: PartResult, recorded: Mapping[str, str] | None, out: Path
) -> tuple[bool, str]:
    """Return whether a part counts as the same, and its line."""
    if result.skipped:
        return True, f"{result.name}: skipped, {result.skipped}"
    duration = f"{result.seconds:.1f} s"
    if recorded is None:
        return False, f"{result.name}: DIFFERS, it is not in the baseline ({duration})"
    changed = differences(result, recorded)
    if not changed:
        return True, f"{result.name}: same ({len(recorded)} files, {duration})"
    return False, f"{result.name}: DIFFERS in {', '.join(changed)} (see {out}, {duration})"


def _describe_environment() -> dict[str, str]:
    return {"python": platform.python_version(), "machine": platform.machine()}


def record_baseline(results: Sequence[PartResult], baseline: Path) -> None:
    """Write the digests of parts into a baseline; those of other parts in it stay."""
    recorded_parts = read_baseline(baseline)["parts"] if baseline.is_file() else {}
    fresh = {result.name: result.digests for result in results if not result.skipped}
    parts = {**recorded_parts, **fresh}
    ordered = {name: parts[name] for name in PARTS if name in parts}
    content = {"recorded_with": _describe_environment(), "parts": ordered}
    baseline.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def read_baseline(path: Path) -> dict[str, Any]:
    """Return the content of a baseline file."""
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def _parse_arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.behavior", description="Record or compare behavior."
    )
    parser.add_argument("action", choices=("record", "compare"))
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="Real lists.")
    parser.add_argument("--parts", default="", metavar="A,B", help=f"Of: {', '.join(PARTS)}.")
    parser.add_argument("--tiny", action="store_true", help="Run the part tiny alone.")
    parser.add_argument("--baseline", type=Path, default=BASELINE, metavar="FILE")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="Keep all outputs here.")
    options = parser.parse_args(words)
    names = ["tiny"] if options.tiny else [name for name in options.parts.split(",") if name]
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; parts are {', '.join(PARTS)}")
    options.parts = names or list(PARTS)
    if options.action == "compare" and not options.baseline.is_file():
        parser.error(f"there is no baseline {options.baseline}; make one with record")
    return options


def run_parts(
    options: argparse.Namespace, recorded: Mapping[str, Any], keep: Path
) -> Iterator[tuple[bool, str, PartResult | None]]:
    """Run the chosen parts; yield of each whether it is as expected, its line, and its result."""
    with tempfile.TemporaryDirectory(prefix="behavior-work-") as work:
        space = Workspace(options.data.resolve(), Path(work).resolve())
        for name in options.parts:
            out = keep.resolve() / name
            try:
                result = run_part(name, space, out)
            except CommandError as error:
                yield False, f"{name}: FAILED, {error}", None
                continue
            if options.action == "compare" or result.skipped:
                same, line = judge_part(result, recorded.get(name), out)
            else:
                duration = f"{result.seconds:.1f} s"
                same, line = True, f"{name}: recorded ({len(result.digests)} files, {duration})"
            if same and options.keep is None:
                shutil.rmtree(out, ignore_errors=True)
            yield same, line, result


def main(words: Sequence[str] | None = None) -> int:
    """Run the chosen parts; return 0 where all are the same or recorded, 1 otherwise."""
    options = _parse_arguments(words)
    recorded: dict[str, Any] = {}
    if options.action == "compare":
        content = read_baseline(options.baseline)
        recorded = content["parts"]
        if content["recorded_with"] != _describe_environment():
            print(f"note: the baseline was recorded with {content['recorded_with']}")
    keep = options.keep or Path(tempfile.mkdtemp(prefix="behavior-"))
    all_same, results = True, []
    for same, line, result in run_parts(options, recorded, keep):
        print(line, flush=True)
        all_same = all_same and same
        results += [result] if result is not None else []
    if options.action == "record" and options.baseline != Path(os.devnull):
        record_baseline(results, options.baseline)
    if options.keep is None:
        # folders of parts that differ stay
        with contextlib.suppress(OSError):
            keep.rmdir()
    return 0 if all_same else 1


if __name__ == "__main__":
    sys.exit(main())
