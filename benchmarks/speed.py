"""Compare speed with Splink on the same files, and time single stages: `python -m
benchmarks.speed`.

Each round runs every tool once, in turn, as a process of its own from the raw file to the written
clusters. The resolver runs `dedupe FILE --only entities --merge-at 0.5`; Splink reads, trains,
predicts and clusters at 0.95 with its best settings for the set (`benchmarks.peers.run_splink`):
it keeps no columns that clusters do not need and, of a million persons, no pairs below 0.01. On
`historical_50k` it runs with the rules of its documentation, which miss a third of the true pairs,
and also with three more (`splink-looser`). Figures are medians and ratios round by round, with F1
for every speed. A warning marks a ratio at unequal quality and a model that changed during the
measurement. Writes `speed.json`, `speed.md` and a chart of the stages, `stages.svg`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from benchmarks.charts.stage_chart import draw_stage_chart
from benchmarks.harness.datasets import (
    DATA,
    DATASET_BY_NAME,
    DEDUPE,
    LIST_PATHS,
    ROOT,
    AbsentError,
    Task,
)
from benchmarks.harness.figure_table import format_markdown, format_text
from benchmarks.harness.figures import SHIPPED
from benchmarks.harness.measures import b_cubed, cluster_pairs
from benchmarks.harness.stage_speeds import measure_stages
from benchmarks.harness.timing import (
    Cost,
    ToolTiming,
    ratios,
    time_command,
)
from benchmarks.harness.tool_answers import TruthTable, labels_of
from benchmarks.peers.table import PEER_BY_NAME, is_installed
from benchmarks.quality import OUT, words_type

SPLINK, LOOSER = "splink", "splink-looser"
# tool -> first argument of its script
SCRIPT_WAYS = {SPLINK: "clusters", LOOSER: "clusters-looser"}
# the sets with additional blocking rules
LOOSER_SETS = ("historical_50k",)
# largest difference in F1 at which a ratio of times is meaningful
F1_TOLERANCE = 0.01
# real lists without truth and without peers, for the speed of stages only
REAL_LISTS = "ofac_un_eu"
SET_NAMES = ("historical_50k", "persons_100k", "persons_1m", REAL_LISTS, "fake_1000")
DEFAULT_SETS = SET_NAMES[:4]
COLUMNS = ("set", "tool", "wall s", "CPU s", "peak MiB", "F1", "B³ F1", "times ours", "(from – to)")
STAGE_COLUMNS = ("set", "stage on one core", "items", "unit", "seconds", "per second")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; return the exit code."""
    options = _parser().parse_args(arguments)
    rounds: list[dict[str, Any]] = []
    stages: list[dict[str, Any]] = []
    notes: list[str] = []
    for name in options.sets:
        try:
            task = _find_task(name, options.data, options.out / "work" / name)
        except AbsentError as reason:
            print(f"skipped: {name}: {reason}", file=sys.stderr)
            continue
        if name == REAL_LISTS:
            stages += _stage_rows(task)
            continue
        model = model_digest()
        timings = measure_tools(task, options.only, options.rounds, options.out / "speed")
        notes += find_warnings(task, timings, changed=model_digest() != model)
        rounds += [_row(task, timings[0], timing) for timing in timings]
        if options.stages and SHIPPED in options.only and not DATASET_BY_NAME[name].large:
            stages += _stage_rows(task)
        # write after each set, so that an interrupted run keeps its figures
        _write_json(rounds, stages, notes, options.out)
    _write_report(rounds, stages, notes, options.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    tools = [SHIPPED, *SCRIPT_WAYS]
    parser.add_argument(
        "--sets",
        type=words_type(SET_NAMES),
        default=list(DEFAULT_SETS),
        metavar="A,B",
        help=f"of {', '.join(SET_NAMES)}",
    )
    parser.add_argument(
        "--only",
        type=words_type(tools),
        default=tools,
        metavar="A,B",
        help=f"tools, of {', '.join(tools)}",
    )
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="how often each tool runs (default: 3)"
    )
    parser.add_argument(
        "--no-stages", dest="stages", action="store_false", help="whole processes only"
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    return parser


def _stage_rows(task: Task) -> list[dict[str, Any]]:
    return [
        {"set": task.dataset, **asdict(speed), "per_second": speed.per_second}
        for speed in measure_stages(task)
    ]


def _find_task(name: str, data: Path, work: Path) -> Task:
    """Return the first task of a set that deduplicates one table.

    For the real lists: a task over all of them together.
    """
    if name == REAL_LISTS:
        lists = tuple(data / part for part in (*LIST_PATHS, "raw/eu_journal"))
        absent = [path for path in lists if not path.exists()]
        if absent:
            raise AbsentError(f"{absent[0].name} is not in {absent[0].parent}")
        return Task(REAL_LISTS, "", DEDUPE, lists, (), work / "no_truth")
    work.mkdir(parents=True, exist_ok=True)
    return next(task for task in DATASET_BY_NAME[name].make(data, work) if task.mode == DEDUPE)


def measure_tools(task: Task, tools: Sequence[str], rounds: int, folder: Path) -> list[ToolTiming]:
    """Return the timings of the tools on a task, in the order requested.

    Raises `RuntimeError` where a tool fails.
    """
    tool_folder = folder / task.slug
    tool_folder.mkdir(parents=True, exist_ok=True)
    commands = {SHIPPED: _resolver_command(task, tool_folder)} if SHIPPED in tools else {}
    peers = [
        tool for tool in tools if tool == SPLINK or (tool == LOOSER and task.dataset in LOOSER_SETS)
    ]
    if peers and is_installed(PEER_BY_NAME[SPLINK]):
        commands |= {tool: _splink_command(task, tool_folder, tool) for tool in peers}
    elif peers:
        print(
            "skipped: splink: not installed (python -m benchmarks.peers setup splink)",
            file=sys.stderr,
        )
    costs: dict[str, list[Cost]] = {tool: [] for tool in commands}
    for number in range(rounds):
        for tool, command in commands.items():
            print(
                f"{task.name}: {tool}, round {number + 1} of {rounds} …",
                file=sys.stderr,
                flush=True,
            )
            costs[tool].append(time_command(command, ROOT))
    truth = TruthTable.load(task.truth)
    timings = []
    for tool, tool_costs in costs.items():
        if tool == SHIPPED:
            ids, clusters = _resolver_clusters(tool_folder)
        else:
            ids, clusters = _splink_clusters(tool_folder / tool)
        labels = labels_of(ids, clusters, truth)
        rates = cluster_pairs(truth.clusters, labels).rates, b_cubed(truth.clusters, labels)
        timings.append(ToolTiming(tool, tuple(tool_costs), rates[0].f1, rates[1].f1))
    return timings


def model_digest() -> str:
    """Return a digest of the files of the shipped models in their current state."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "models").glob("*.json")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def find_warnings(task: Task, timings: Sequence[ToolTiming], *, changed: bool) -> list[str]:
    """Return warnings: a model that changed between rounds, ratios at unequal quality."""
    lines = []
    if changed:
        lines.append(f"{task.name}: the model changed while it was measured; measure again.")
    first = timings[0]
    for other in timings[1:]:
        if abs(first.f1 - other.f1) > F1_TOLERANCE:
            lines.append(
                f"{task.name}: not at equal quality: F1 {first.f1:.4f} ({first.tool}) and "
                f"{other.f1:.4f} ({other.tool}); the ratio of their times says little."
            )
    return lines


def _resolver_command(task: Task, tool_folder: Path) -> list[str]:
    mapping = tool_folder / "mapping.yml"
    # JSON is YAML
    mapping.write_text(json.dumps(task.mappings[0]), "utf-8")
    return [
        *(sys.executable, "-m", "resolver", "dedupe", str(task.tables[0].resolve())),
        *("--mapping", str(mapping.resolve()), "--only", "entities", "--merge-at", "0.5"),
        *("--out", str((tool_folder / SHIPPED).resolve())),
    ]


def _splink_command(task: Task, tool_folder: Path, tool: str) -> list[str]:
    job = tool_folder / "task.json"
    job.write_text(json.dumps({**task.to_json(), "tool": tool}), "utf-8")
    peer = PEER_BY_NAME[SPLINK]
    out = str((tool_folder / tool).resolve())
    module = f"benchmarks.peers.{peer.script}"
    return [str(peer.python), "-m", module, SCRIPT_WAYS[tool], str(job.resolve()), out]


def _resolver_clusters(tool_folder: Path) -> tuple[pd.Series, pd.Series]:
    frame = pd.read_csv(tool_folder / SHIPPED / "entities.csv", dtype=str)
    return frame["record_id"].str.partition(":")[2], frame["entity_id"]


def _splink_clusters(folder: Path) -> tuple[pd.Series, pd.Series]:
    frame = pd.read_parquet(folder / "clusters.parquet")
    return frame["id"].astype(str), frame.iloc[:, 1]


def _row(task: Task, first: ToolTiming, timing: ToolTiming) -> dict[str, Any]:
    """Return a timing as plain data, with the ratio of its times to those of the first tool."""
    times = ratios(first, timing)
    return {
        "set": task.name,
        "tool": timing.tool,
        "wall": timing.wall,
        "cpu": timing.cpu,
        "peak_mib": timing.peak_mib,
        "f1": timing.f1,
        "b_cubed_f1": timing.b_cubed,
        "times_first": {"median": median(times), "least": min(times), "most": max(times)},
        "rounds": [asdict(cost) for cost in timing.costs],
    }


def _write_json(
    rounds: list[dict[str, Any]], stages: list[dict[str, Any]], notes: list[str], out: Path
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    content = {"model": model_digest(), "rounds": rounds, "stages": stages, "notes": notes}
    (out / "speed.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def _write_report(
    rounds: list[dict[str, Any]], stages: list[dict[str, Any]], notes: list[str], out: Path
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    lines = [_line(row) for row in rounds]
    parts = [_stage_line(row) for row in stages]
    print(format_text(lines, COLUMNS))
    if parts:
        print("\n" + format_text(parts, STAGE_COLUMNS))
    for note in notes:
        print(note)
    _write_json(rounds, stages, notes, out)
    page = [
        format_markdown(lines, COLUMNS),
        *([format_markdown(parts, STAGE_COLUMNS)] if parts else []),
        *notes,
    ]
    (out / "speed.md").write_text("\n\n".join(page) + "\n", "utf-8")
    if stages:
        (out / "stages.svg").write_text(draw_stage_chart(stages), "utf-8")


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    times = row["times_first"]
    return (
        row["set"],
        row["tool"],
        f"{row['wall']:.1f}",
        f"{row['cpu']:.1f}",
        f"{row['peak_mib']:,.0f}",
        f"{row['f1']:.4f}",
        f"{row['b_cubed_f1']:.4f}",
        f"{times['median']:.2f}",
        f"{times['least']:.2f} – {times['most']:.2f}",
    )


def _stage_line(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["set"],
        row["stage"],
        f"{row['items']:,}",
        row["unit"],
        f"{row['seconds']:.2f}",
        f"{row['per_second']:,.0f}",
    )


if __name__ == "__main__":
    sys.exit(main())
