"""Quality of the shipped model, and of its peers, on named public data: `python -m benchmarks.quality`.

Every tool runs in a process of its own on the same files and writes its scores and clusters; the same measures read
them all. Prints one table; writes `quality.json`, `quality.md` and `quality.svg` into the output folder.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.charts.quality_chart import chart
from benchmarks.harness.datasets import (
    DATA,
    DATASET_BY_NAME,
    DATASETS,
    JUDGED,
    ROOT,
    AbsentError,
    Task,
)
from benchmarks.harness.figure_table import (
    HELP,
    SPLIT_COLUMNS,
    markdown,
    plain,
    rows,
    splits,
)
from benchmarks.harness.figures import (
    LABELLED,
    OURS,
    UNLABELLED,
    figures,
)
from benchmarks.harness.ftm_entities import write_entities
from benchmarks.peers.table import PEERS, Peer, installed

OUT = ROOT / "build" / "bench"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print and write. Gives the exit code: 1 where a tool failed."""
    options = parser().parse_args(arguments)
    earlier = kept(options.out / "quality.json") if options.add else []
    done, skipped, failed = run(options.sets, options.only, options.data, options.out, earlier)
    for reason in skipped:
        print(f"skipped: {reason}", file=sys.stderr)
    for reason in failed:
        print(f"failed: {reason}", file=sys.stderr)
    report(done, skipped, failed, options.out)
    return 1 if failed else 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    names = [one.name for one in DATASETS]
    usual = [one.name for one in DATASETS if not one.large]
    made.add_argument(
        "--sets", type=words(names), default=usual, metavar="A,B", help=f"of {', '.join(names)}"
    )
    tools = [OURS, UNLABELLED, LABELLED, *(peer.name for peer in PEERS)]
    made.add_argument(
        "--only",
        type=words(tools),
        default=tools,
        metavar="A,B",
        help=f"tools, of {', '.join(tools)}",
    )
    made.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    made.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    made.add_argument(
        "--add", action="store_true", help="keep the rows in DIR of what is not measured now"
    )
    return made


def kept(path: Path) -> list[dict[str, Any]]:
    """The rows of an earlier run; none where there was none."""
    return list(json.loads(path.read_text("utf-8"))["rows"]) if path.is_file() else []


def together(
    earlier: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Rows of two runs, the newer one where both have it: sets in their usual order, ours first in each."""

    def what(row: Mapping[str, Any]) -> tuple[str, str, str]:
        return row["set"], row["variant"], row["tool"]

    order = [one.name for one in DATASETS]
    rows = {what(row): row for row in (*earlier, *new)}
    return sorted(
        rows.values(),
        key=lambda row: (order.index(row["set"]), row["variant"], not row["tool"].startswith(OURS)),
    )


def words(known: Sequence[str]) -> Any:
    """A parser of known words with commas between."""

    def parse(text: str) -> list[str]:
        chosen = [word.strip() for word in text.split(",") if word.strip()]
        unknown = [word for word in chosen if word not in known]
        if unknown or not chosen:
            raise argparse.ArgumentTypeError(
                f"{', '.join(unknown) or 'nothing'}: choose from {', '.join(known)}"
            )
        return chosen

    return parse


def run(
    sets: Sequence[str],
    tools: Sequence[str],
    data: Path,
    out: Path,
    earlier: Sequence[dict[str, Any]] = (),
) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """Figure rows of every tool on every set, among those of an `earlier` run; why tools were skipped; what failed."""
    done: list[dict[str, Any]] = []
    skipped: list[str] = []
    failed: list[str] = []
    peers = _peers(tools, skipped)
    for name in sets:
        work = out / "work" / name
        work.mkdir(parents=True, exist_ok=True)
        try:
            tasks = DATASET_BY_NAME[name].make(data, work)
        except AbsentError as reason:
            skipped.append(f"{name}: {reason}")
            continue
        for task in tasks:
            runs = [(tool, ours_command()) for tool in ours_on(task) if tool in tools]
            # peers are taught nothing, and have been measured on the whole of what is halved
            others = [] if task.labelled else [one for peer in peers for one in peer.runs(task)]
            runs += others
            if task.entities and others:
                write_entities(task)
            for tool, command in runs:
                print(f"{task.name}: {tool} …", file=sys.stderr, flush=True)
                try:
                    folder = answer(task, tool, command, out / "work")
                except subprocess.CalledProcessError as error:
                    failed.append(f"{task.name}, {tool}: {_last_line(error.stderr)}")
                    continue
                done.append(figures(task, folder))
                # what is measured is kept, should a later tool be stopped
                write_json(together(earlier, done), skipped, failed, out)
    return together(earlier, done), skipped, failed


def _peers(tools: Sequence[str], skipped: list[str]) -> list[Peer]:
    """The peers asked for that are installed; the others go into `skipped`."""
    asked = [peer for peer in PEERS if peer.name in tools]
    for peer in asked:
        if not installed(peer):
            skipped.append(
                f"{peer.name}: not installed (python -m benchmarks.peers setup {peer.name})"
            )
    return [peer for peer in asked if installed(peer)]


def ours_on(task: Task) -> tuple[str, ...]:
    """Which of our models are measured on a task: the shipped one, one fitted to the records, one fitted to labels."""
    if task.mode == JUDGED:
        return (OURS,)
    return (LABELLED,) if task.labelled else (OURS, UNLABELLED)


def ours_command() -> list[str]:
    """What runs our side of a task."""
    return [sys.executable, "-m", "benchmarks.harness.ours"]


def answer(task: Task, tool: str, command: Sequence[str], work: Path) -> Path:
    """Run a tool on a task in its own process; gives the folder of its answer. Raises `CalledProcessError`."""
    folder = work / task.slug / tool.replace(" ", "_")
    folder.mkdir(parents=True, exist_ok=True)
    job = folder / "task.json"
    job.write_text(json.dumps({**task.to_json(), "tool": tool}), "utf-8")
    whole = [*command, str(job), str(folder)]
    # without a fixed seed for hashes, dedupe asks other questions each time
    same = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run(
        whole,
        check=True,
        cwd=ROOT,
        env=same,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    return folder


def _last_line(text: str | None) -> str:
    lines = (text or "").strip().splitlines()
    return lines[-1] if lines else "it ended without a word"


def write_json(
    done: Sequence[Mapping[str, Any]], skipped: Sequence[str], failed: Sequence[str], out: Path
) -> None:
    """Write `quality.json`."""
    content = {"rows": list(done), "skipped": list(skipped), "failed": list(failed)}
    (out / "quality.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def report(
    done: Sequence[Mapping[str, Any]], skipped: Sequence[str], failed: Sequence[str], out: Path
) -> None:
    """Print the table and write the files."""
    out.mkdir(parents=True, exist_ok=True)
    parts = splits(done)
    lines = rows(done)
    print(plain(lines))
    if parts:
        print("\n" + plain(parts, SPLIT_COLUMNS))
    for note in notes(done):
        print(note)
    print(HELP)
    write_json(done, skipped, failed, out)
    page = [
        markdown(lines),
        *([markdown(parts, SPLIT_COLUMNS)] if parts else []),
        *notes(done),
        HELP,
    ]
    (out / "quality.md").write_text("\n\n".join(page) + "\n", "utf-8")
    (out / "quality.svg").write_text(chart(done), "utf-8")


def notes(done: Sequence[Mapping[str, Any]]) -> list[str]:
    """What must be said beside the figures."""
    found = []
    for one in done:
        if one["note"]:
            found.append(f"{one['set']}, {one['tool']}: {one['note']}.")
        if "match_band" in one:
            band = one["match_band"]
            found.append(
                f"{one['set']}, {one['tool']}: {band['wrong']} wrong pairs in band match, which holds "
                f"{band['recall']:.4f} of the true ones; {one['run_review']:,} pairs to review in a run over all "
                f"{one['records']:,} records; {one['missing']} judged pairs name records that the lists do not hold."
            )
    return found


if __name__ == "__main__":
    sys.exit(main())
