"""Do decisions make the model better? `python -m benchmarks.learning` [--data DIR] [--decisions N] [--share K].

About a K-th of the entities of `historical_50k`, whole, are cut in two halves. One half goes into a store; a steward
who knows the truth decides its queue from the top, and after some decisions the shipped model is corrected by them (as
`resolver train --from-store` does). What is measured is the other half, which nobody was asked about and no model has
seen: pairs within found clusters against pairs within true ones, at both borders. Then the halves change places.
Results go to `build/bench/learning.json` and `docs/images/learning.svg`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.charts.learning_chart import chart
from benchmarks.harness.datasets import (
    DATA,
    HISTORICAL_COLUMNS,
    ROOT,
    AbsentError,
    mapping,
)
from benchmarks.harness.measures import cluster_pairs, codes_of
from resolver.blocking import candidates, plan_for
from resolver.clustering import cluster
from resolver.comparison import NameIndex
from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.ingest.formats.tabular.mapping import mapping_from
from resolver.ingest.reader_types import Intake
from resolver.ingest.readers import read_lists
from resolver.pipeline import RunOptions, load_models, prepared_of, score_rows
from resolver.review import Filters, RefusedError, Steward, Verdict, decide, next_item
from resolver.scoring import border
from resolver.training.fit.cross_validation import fold_of
from resolver.training.store_learning import learn_from

OUT = ROOT / "build" / "bench"
CHART = ROOT / "docs" / "images" / "learning.svg"
SOURCE = "h50k"
STEPS = (25, 50, 100, 200, 400)
"""After so many decisions a model is made."""
BORDERS = {"0.5": 0.5, "0.95": 0.95}
_PEOPLE = "historical_figures_with_errors_50k.parquet"
Truth = Mapping[str, str]


@dataclass(frozen=True)
class Half:
    """Records of whole entities, and the entity of each record id."""

    intake: Intake
    truth: Truth


def halves(data: Path, work: Path, share: int, part: int = 0) -> tuple[Half, Half]:
    """Two halves of a part of the set, by hash of the names of entities."""
    path = data / "peers" / _PEOPLE
    if not path.is_file():
        raise AbsentError(f"{path.name} is not in {path.parent}")
    frame = pd.read_parquet(path)
    frame = frame[frame["cluster"].map(lambda name: fold_of(f"learn:{name}", share)) == part]
    side = frame["cluster"].map(lambda name: fold_of(f"asked:{name}", 2))
    return _half(frame[side == 0], work / "a.parquet"), _half(frame[side == 1], work / "b.parquet")


def _half(frame: pd.DataFrame, table: Path) -> Half:
    frame.drop(columns="cluster").to_parquet(table, index=False)
    intake = read_lists([table], mapping=mapping_from(mapping(SOURCE, HISTORICAL_COLUMNS)))
    ids = [f"{SOURCE}:{one}" for one in frame["unique_id"]]
    return Half(intake, dict(zip(ids, frame["cluster"].astype(str), strict=True)))


def steward(hub: Hub, truth: Truth, count: int) -> Iterator[Counter[str]]:
    """Decide the queue from the top by the truth; after each decision what was said so far."""
    who, said = Steward("oracle"), Counter[str]()
    while sum(said.values()) < count:
        item = next_item(hub, who, Filters())
        if item is None:
            return
        with hub.store.view() as view:
            sides = [view.entity(party.id) for party in (item.left, item.right)]
        homes = [_most(truth[one] for one in side.records) for side in sides if side is not None]
        verdict = Verdict.SAME if homes[0] == homes[1] else Verdict.DIFFERENT
        try:
            decide(hub, who, item.left.id, item.right.id, verdict, reason="truth")
        except RefusedError:
            # entities with records of two people contradict what is true of most of them
            verdict = Verdict.UNSURE
            decide(hub, who, item.left.id, item.right.id, verdict, reason="truth")
        said[str(verdict)] += 1
        yield said


def _most(names: Iterator[str]) -> str:
    counts = Counter(names)
    return min(counts, key=lambda name: (-counts[name], name))


class Measured:
    """Records that nobody is asked about, ready to be resolved under any model."""

    def __init__(self, half: Half) -> None:
        batch = half.intake.batch
        self._prepared = prepared_of(batch, load_models())
        self._plan = plan_for(len(batch))
        pairs, _ = candidates(self._prepared, self._plan)
        self._left, self._right = pairs.left, pairs.right
        self._truth = codes_of(np.array([half.truth[one] for one in batch.ids.to_pylist()]))
        self._review = border(RunOptions().borders.review)

    def figures(self, model: Path | None) -> dict[str, Any]:
        """Rates after clustering at both borders, and how many pairs of records would wait."""
        models = load_models(model, self._plan.name)
        logodds = score_rows(
            self._prepared, NameIndex.of(self._prepared), models, self._left, self._right
        )
        found: dict[str, Any] = {}
        for name, score in BORDERS.items():
            merge = border(score)
            labels = cluster(
                len(self._truth), self._left, self._right, logodds, merge_border=merge,
                review_border=min(self._review, merge),
            )  # fmt: skip
            rates = cluster_pairs(self._truth, labels).rates
            found[name] = {
                key: round(getattr(rates, key), 4) for key in ("precision", "recall", "f1")
            }
        between = (logodds >= self._review) & (logodds < border(RunOptions().borders.match))
        return {**found, "borderline": int(between.sum())}


def curve(asked: Half, other: Half, work: Path, decisions: int) -> dict[str, Any]:
    """Figures on the other half after some decisions on the one that is asked about."""
    measured = Measured(other)
    rows = [{"decisions": 0, "said": {}, **measured.figures(None)}]
    steps = sorted({step for step in STEPS if step < decisions} | {decisions})
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    with Hub.open(
        f"sqlite:///{work}/hub.db", RunOptions(workers=1), index_dir=work / "index"
    ) as hub:
        hub.add(asked.intake)
        for said in steward(hub, asked.truth, decisions):
            done = sum(said.values())
            if done in steps:
                rows.append(
                    {
                        "decisions": done,
                        "said": dict(said),
                        **_learnt(hub, measured, work / f"after{done}"),
                    }
                )
                print(f"{done} decisions: {rows[-1]}", file=sys.stderr)
    return {"asked": len(asked.truth), "untouched": len(other.truth), "rows": rows}


def _learnt(hub: Hub, measured: Measured, folder: Path) -> dict[str, Any]:
    try:
        learnt = learn_from(hub.store, folder, version="learnt")
    except InputError as error:
        # where decisions do not make it better the old one stays
        return {"kept": error.line(), **measured.figures(None)}
    told = learnt.beside.held_out["person"]
    held_out = {name: told[name] for name in ("pairs", "gain", "gain_low", "gain_high")}
    return {"held_out": held_out, **measured.figures(folder)}


def table(curves: Sequence[Mapping[str, Any]]) -> str:
    """The figures in Markdown."""
    lines = [
        "| asked about | decisions | F1 at 0.5 | precision | recall | F1 at 0.95 | precision | recall |"
    ]
    lines.append("|---" * 8 + "|")
    for name, one in zip("AB", curves, strict=False):
        for row in one["rows"]:
            rates = [
                f"{row[at][key]:.4f}" for at in BORDERS for key in ("f1", "precision", "recall")
            ]
            lines.append(f"| half {name} | {row['decisions']} | {' | '.join(rates)} |")
    return "\n".join(lines) + "\n"


def main(args: list[str] | None = None) -> int:
    """Measure both ways; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learning", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    parser.add_argument(
        "--decisions", type=int, default=200, metavar="N", help="default: %(default)s"
    )
    parser.add_argument(
        "--share", type=int, default=4, metavar="K", help="one in K entities (default: %(default)s)"
    )
    parser.add_argument(
        "--part",
        type=int,
        default=1,
        metavar="P",
        help="which of them, 0 … K-1 (default: %(default)s)",
    )
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help="default: %(default)s")
    parser.add_argument(
        "--chart", type=Path, default=CHART, metavar="SVG", help="default: %(default)s"
    )
    asked = parser.parse_args(args)
    work = asked.out / "learning"
    work.mkdir(parents=True, exist_ok=True)
    try:
        one, two = halves(asked.data, work, asked.share, asked.part)
    except AbsentError as error:
        print(f"skipped: {error}", file=sys.stderr)
        return 0
    curves = [
        curve(first, second, work / name, asked.decisions)
        for name, first, second in (("a", one, two), ("b", two, one))
    ]
    model = load_models().stamp["model"]
    told = {
        "model": model,
        "set": "historical_50k",
        "share": asked.share,
        "part": asked.part,
        "curves": curves,
    }
    (asked.out / "learning.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    asked.chart.parent.mkdir(parents=True, exist_ok=True)
    asked.chart.write_text(chart(curves), "utf-8")
    print(table(curves), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
