"""Measure the quality of the shipped model and of its peers: `python -m benchmarks.quality`.

Every tool runs in a process of its own on the same files and writes its scores and clusters; the
same measures read them all. Prints one table; writes `quality.json`, `quality.md` and `quality.svg`
into the output folder.
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

from benchmarks.charts.quality_chart import draw_quality_chart
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
    figure_rows,
    format_markdown,
    format_text,
    split_rows,
)
from benchmarks.harness.figures import (
    LABELED,
    SHIPPED,
    UNLABELED,
    measure_answer,
)
from benchmarks.harness.ftm_entities import write_entities
from benchmarks.peers.table import PEERS, Peer, is_installed

OUT = ROOT / "build" / "bench"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; return the exit code: 1 where a tool failed."""
    options = build_parser().parse_args(arguments)
    earlier = read_rows(options.out / "quality.json") if options.add else []
    done, skipped, failed = run_tools(
        options.sets, options.only, options.data, options.out, earlier
    )
    for reason in skipped:
        print(f"skipped: {reason}", file=sys.stderr)
    for reason in failed:
        print(f"failed: {reason}", file=sys.stderr)
    write_report(done, skipped, failed, options.out)
    return 1 if failed else 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    names = [dataset.name for dataset in DATASETS]
    usual = [dataset.name for dataset in DATASETS if not dataset.large]
    parser.add_argument(
        "--sets",
        type=words_type(names),
        default=usual,
        metavar="A,B",
        help=f"of {', '.join(names)}",
    )
    tools = [SHIPPED, UNLABELED, LABELED, *(peer.name for peer in PEERS)]
    parser.add_argument(
        "--only",
        type=words_type(tools),
        default=tools,
        metavar="A,B",
        help=f"tools, of {', '.join(tools)}",
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    parser.add_argument(
        "--add", action="store_true", help="keep the rows in DIR of what is not measured now"
    )
    return parser


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of an earlier run; empty where there was none."""
    return list(json.loads(path.read_text("utf-8"))["rows"]) if path.is_file() else []


def merge_rows(
    earlier: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the rows of two runs, sets in their usual order and the resolver first in each.

    The newer row wins where both runs have it.
    """

    def row_key(row: Mapping[str, Any]) -> tuple[str, str, str]:
        """Return the key by which rows of two runs are the same."""
        return row["set"], row["variant"], row["tool"]

    order = [dataset.name for dataset in DATASETS]
    row_by_key = {row_key(row): row for row in (*earlier, *new)}
    return sorted(
        row_by_key.values(),
        key=lambda row: (
            order.index(row["set"]),
            row["variant"],
            not row["tool"].startswith(SHIPPED),
        ),
    )


def words_type(choices: Sequence[str]) -> Any:
    """Return an argument type: some of the given words, with commas between."""

    def parse(text: str) -> list[str]:
        """Return the words of a text; raise `ArgumentTypeError` for an unknown word."""
        chosen = [word.strip() for word in text.split(",") if word.strip()]
        unknown = [word for word in chosen if word not in choices]
        if unknown or not chosen:
            raise argparse.ArgumentTypeError(
                f"{', '.join(unknown) or 'nothing'}: choose from {', '.join(choices)}"
            )
        return chosen

    return parse


def run_tools(
    sets: Sequence[str],
    tools: Sequence[str],
    data: Path,
    out: Path,
    earlier: Sequence[dict[str, Any]] = (),
) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """Return the rows of every tool on every set, reasons for skipped tools, and failures.

    Rows of an `earlier` run are merged with the new ones.
    """
    done: list[dict[str, Any]] = []
    skipped: list[str] = []
    failed: list[str] = []
    peers = _installed_peers(tools, skipped)
    for name in sets:
        work = out / "work" / name
        work.mkdir(parents=True, exist_ok=True)
        try:
            tasks = DATASET_BY_NAME[name].make(data, work)
        except AbsentError as reason:
            skipped.append(f"{name}: {reason}")
            continue
        for task in tasks:
            runs = [(tool, resolver_command()) for tool in resolver_tools(task) if tool in tools]
            # peers get no labels and are measured on the complete set already
            peer_runs = [] if task.labeled else [run for peer in peers for run in peer.runs(task)]
            runs += peer_runs
            if task.entities and peer_runs:
                write_entities(task)
            for tool, command in runs:
                print(f"{task.name}: {tool} …", file=sys.stderr, flush=True)
                try:
                    folder = run_tool(task, tool, command, out / "work")
                except subprocess.CalledProcessError as error:
                    failed.append(f"{task.name}, {tool}: {_last_line(error.stderr)}")
                    continue
                done.append(measure_answer(task, folder))
                # write after each tool, so that an interrupted run keeps its figures
                write_json(merge_rows(earlier, done), skipped, failed, out)
    return merge_rows(earlier, done), skipped, failed


def _installed_peers(tools: Sequence[str], skipped: list[str]) -> list[Peer]:
    """Return the requested peers that are installed; the others are added to `skipped`."""
    peers = [peer for peer in PEERS if peer.name in tools]
    for peer in peers:
        if not is_installed(peer):
            skipped.append(
                f"{peer.name}: not installed (python -m benchmarks.peers setup {peer.name})"
            )
    return [peer for peer in peers if is_installed(peer)]


def resolver_tools(task: Task) -> tuple[str, ...]:
    """Return the models of the resolver to measure on a task.

    They are the shipped model, one fitted to the records, and one fitted to labels.
    """
    if task.mode == JUDGED:
        return (SHIPPED,)
    return (LABELED,) if task.labeled else (SHIPPED, UNLABELED)


def resolver_command() -> list[str]:
    """Return the command that runs the resolver on a task."""
    return [sys.executable, "-m", "benchmarks.harness.resolver_run"]


def run_tool(task: Task, tool: str, command: Sequence[str], work: Path) -> Path:
    """Run a tool on a task in its own process; return the folder of its answer.

    Raises `CalledProcessError`.
    """
    folder = work / task.slug / tool.replace(" ", "_")
    folder.mkdir(parents=True, exist_ok=True)
    job = folder / "task.json"
    job.write_text(json.dumps({**task.to_json(), "tool": tool}), "utf-8")
    command_line = [*command, str(job), str(folder)]
    # with a random hash seed, dedupe would ask for other labels in each run
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run(
        command_line,
        check=True,
        cwd=ROOT,
        env=environment,
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


def write_report(
    done: Sequence[Mapping[str, Any]], skipped: Sequence[str], failed: Sequence[str], out: Path
) -> None:
    """Print the table and write the files."""
    out.mkdir(parents=True, exist_ok=True)
    parts = split_rows(done)
    lines = figure_rows(done)
    print(format_text(lines))
    if parts:
        print("\n" + format_text(parts, SPLIT_COLUMNS))
    for note in figure_notes(done):
        print(note)
    print(HELP)
    write_json(done, skipped, failed, out)
    page = [
        format_markdown(lines),
        *([format_markdown(parts, SPLIT_COLUMNS)] if parts else []),
        *figure_notes(done),
        HELP,
    ]
    (out / "quality.md").write_text("\n\n".join(page) + "\n", "utf-8")
    (out / "quality.svg").write_text(draw_quality_chart(done), "utf-8")


def figure_notes(done: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return remarks that belong to the figures."""
    lines = []
    for figure in done:
        if figure["note"]:
            lines.append(f"{figure['set']}, {figure['tool']}: {figure['note']}.")
        if "match_band" in figure:
            band = figure["match_band"]
            lines.append(
                f"{figure['set']}, {figure['tool']}: "
                f"{band['wrong']} wrong pairs in band match, which holds {band['recall']:.4f} of "
                f"the true ones; {figure['run_review']:,} pairs to review in a run over all "
                f"{figure['records']:,} records; {figure['missing']} judged pairs name records "
                "that the lists do not contain."
            )
    return lines


if __name__ == "__main__":
    sys.exit(main())
