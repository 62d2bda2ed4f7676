"""Speed beside Splink on the same files, and of single stages: `python -m benchmarks.speed`.

Each round runs every tool once, in turn, as a process of its own from the raw file to the written clusters: ours is
`resolver dedupe FILE --only entities --merge-at 0.5`, Splink's reads, trains, predicts and clusters at 0.95 as its
documentation does; on `historical_50k` also with three blocking rules more (`splink-looser`), since its documented
ones miss a third of the true pairs. Medians, ratios round by round, and F1 beside every speed: a ratio at unequal
quality is said to be one, and so is a model that changed while it was measured. Writes `speed.json`, `speed.md` and a
chart of the stages, `stages.svg`.
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

from benchmarks.charts.stage_chart import stage_chart
from benchmarks.harness.datasets import (
    DATA,
    DATASET_BY_NAME,
    DEDUPE,
    LISTS,
    ROOT,
    AbsentError,
    Task,
)
from benchmarks.harness.figure_table import markdown, plain
from benchmarks.harness.figures import OURS
from benchmarks.harness.measures import b_cubed, cluster_pairs
from benchmarks.harness.stage_speeds import stage_speeds
from benchmarks.harness.timing import (
    Cost,
    Timing,
    ratios,
    timed,
)
from benchmarks.harness.tool_answers import Truth, labels_of
from benchmarks.peers.table import PEER_BY_NAME, installed
from benchmarks.quality import OUT, words

SPLINK, LOOSER = "splink", "splink-looser"
# tool -> how its script is asked
WAYS = {SPLINK: "clusters", LOOSER: "clusters-looser"}
# the sets for which there are more rules
LOOSER_SETS = ("historical_50k",)
# how far apart two F1 may lie for a ratio of times to compare like with like
EVEN = 0.01
# what has no truth and no peer: the speed of stages on real lists with all their aliases
REAL = "ofac_un_eu"
SETS = ("historical_50k", "persons_100k", "persons_1m", REAL, "fake_1000")
USUAL = SETS[:4]
HEAD = ("set", "tool", "wall s", "CPU s", "peak MiB", "F1", "B³ F1", "times ours", "(from – to)")
STAGE_HEAD = ("set", "stage on one core", "items", "unit", "seconds", "per second")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print and write. Gives the exit code."""
    options = _parser().parse_args(arguments)
    rounds: list[dict[str, Any]] = []
    stages: list[dict[str, Any]] = []
    notes: list[str] = []
    for name in options.sets:
        try:
            task = _task(name, options.data, options.out / "work" / name)
        except AbsentError as reason:
            print(f"skipped: {name}: {reason}", file=sys.stderr)
            continue
        if name == REAL:
            stages += _stages(task)
            continue
        model = model_digest()
        timings = measure(task, options.only, options.rounds, options.out / "speed")
        notes += warnings(task, timings, changed=model_digest() != model)
        rounds += [_row(task, timings[0], timing) for timing in timings]
        if options.stages and OURS in options.only and not DATASET_BY_NAME[name].large:
            stages += _stages(task)
        # what is measured is kept, should a later set be stopped
        _write_json(rounds, stages, notes, options.out)
    _report(rounds, stages, notes, options.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    tools = [OURS, *WAYS]
    made.add_argument(
        "--sets", type=words(SETS), default=list(USUAL), metavar="A,B", help=f"of {', '.join(SETS)}"
    )
    made.add_argument(
        "--only",
        type=words(tools),
        default=tools,
        metavar="A,B",
        help=f"tools, of {', '.join(tools)}",
    )
    made.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="how often each tool runs (default: 3)"
    )
    made.add_argument(
        "--no-stages", dest="stages", action="store_false", help="whole processes only"
    )
    made.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    made.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    return made


def _stages(task: Task) -> list[dict[str, Any]]:
    return [
        {"set": task.dataset, **asdict(one), "per_second": one.per_second}
        for one in stage_speeds(task)
    ]


def _task(name: str, data: Path, work: Path) -> Task:
    """The first task of a set that deduplicates one table; of the real lists, all of them together."""
    if name == REAL:
        lists = tuple(data / part for part in (*LISTS, "raw/eu_journal"))
        absent = [path for path in lists if not path.exists()]
        if absent:
            raise AbsentError(f"{absent[0].name} is not in {absent[0].parent}")
        return Task(REAL, "", DEDUPE, lists, (), work / "no_truth")
    work.mkdir(parents=True, exist_ok=True)
    return next(task for task in DATASET_BY_NAME[name].make(data, work) if task.mode == DEDUPE)


def measure(task: Task, tools: Sequence[str], rounds: int, folder: Path) -> list[Timing]:
    """The timings of the tools on a task, in the order asked for. Raises `RuntimeError` where a tool fails."""
    home = folder / task.slug
    home.mkdir(parents=True, exist_ok=True)
    commands = {OURS: _ours(task, home)} if OURS in tools else {}
    peers = [
        tool for tool in tools if tool == SPLINK or (tool == LOOSER and task.dataset in LOOSER_SETS)
    ]
    if peers and installed(PEER_BY_NAME[SPLINK]):
        commands |= {tool: _splink(task, home, tool) for tool in peers}
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
            costs[tool].append(timed(command, ROOT))
    truth = Truth.load(task.truth)
    found = []
    for tool, spent in costs.items():
        labels = labels_of(
            *(_our_clusters(home) if tool == OURS else _splink_clusters(home / tool)), truth
        )
        rates = cluster_pairs(truth.clusters, labels).rates, b_cubed(truth.clusters, labels)
        found.append(Timing(tool, tuple(spent), rates[0].f1, rates[1].f1))
    return found


def model_digest() -> str:
    """A digest of the shipped models' files as they are now."""
    found = hashlib.sha256()
    for path in sorted((ROOT / "models").glob("*.json")):
        found.update(path.read_bytes())
    return found.hexdigest()[:8]


def warnings(task: Task, timings: Sequence[Timing], *, changed: bool) -> list[str]:
    """What makes a row less than it seems: a model that changed between rounds, ratios at unequal quality."""
    found = (
        [f"{task.name}: the model changed while it was measured; measure again."] if changed else []
    )
    for other in timings[1:]:
        first = timings[0]
        if abs(first.f1 - other.f1) > EVEN:
            found.append(
                f"{task.name}: not at equal quality: F1 {first.f1:.4f} ({first.tool}) and {other.f1:.4f} "
                f"({other.tool}); the ratio of their times says little."
            )
    return found


def _ours(task: Task, home: Path) -> list[str]:
    mapping = home / "mapping.yml"
    # JSON is YAML
    mapping.write_text(json.dumps(task.mappings[0]), "utf-8")
    return [
        *(sys.executable, "-m", "resolver", "dedupe", str(task.tables[0].resolve())),
        *("--mapping", str(mapping.resolve()), "--only", "entities", "--merge-at", "0.5"),
        *("--out", str((home / OURS).resolve())),
    ]


def _splink(task: Task, home: Path, tool: str) -> list[str]:
    job = home / "task.json"
    job.write_text(json.dumps({**task.to_json(), "tool": tool}), "utf-8")
    peer = PEER_BY_NAME[SPLINK]
    out = str((home / tool).resolve())
    return [
        str(peer.python),
        "-m",
        f"benchmarks.peers.{peer.script}",
        WAYS[tool],
        str(job.resolve()),
        out,
    ]


def _our_clusters(home: Path) -> tuple[pd.Series, pd.Series]:
    frame = pd.read_csv(home / OURS / "entities.csv", dtype=str)
    return frame["record_id"].str.partition(":")[2], frame["entity_id"]


def _splink_clusters(folder: Path) -> tuple[pd.Series, pd.Series]:
    frame = pd.read_parquet(folder / "clusters.parquet")
    return frame["id"].astype(str), frame.iloc[:, 1]


def _row(task: Task, first: Timing, timing: Timing) -> dict[str, Any]:
    """A timing as plain data, with how many times as long as the first tool it took."""
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


def _report(
    rounds: list[dict[str, Any]], stages: list[dict[str, Any]], notes: list[str], out: Path
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    lines = [_line(one) for one in rounds]
    parts = [_stage_line(one) for one in stages]
    print(plain(lines, HEAD))
    if parts:
        print("\n" + plain(parts, STAGE_HEAD))
    for note in notes:
        print(note)
    _write_json(rounds, stages, notes, out)
    page = [markdown(lines, HEAD), *([markdown(parts, STAGE_HEAD)] if parts else []), *notes]
    (out / "speed.md").write_text("\n\n".join(page) + "\n", "utf-8")
    if stages:
        (out / "stages.svg").write_text(stage_chart(stages), "utf-8")


def _line(one: dict[str, Any]) -> tuple[str, ...]:
    times = one["times_first"]
    return (
        one["set"],
        one["tool"],
        f"{one['wall']:.1f}",
        f"{one['cpu']:.1f}",
        f"{one['peak_mib']:,.0f}",
        f"{one['f1']:.4f}",
        f"{one['b_cubed_f1']:.4f}",
        f"{times['median']:.2f}",
        f"{times['least']:.2f} – {times['most']:.2f}",
    )


def _stage_line(one: dict[str, Any]) -> tuple[str, ...]:
    return (
        one["set"],
        one["stage"],
        f"{one['items']:,}",
        one["unit"],
        f"{one['seconds']:.2f}",
        f"{one['per_second']:,.0f}",
    )


if __name__ == "__main__":
    sys.exit(main())
