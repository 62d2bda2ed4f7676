"""Measure whether decisions improve the model: `python -m benchmarks.learning`.

About one in K entities of `historical_50k` (`--share K`) are split into two halves. One half is
resolved into a store; a steward who knows the truth decides its queue from the top, and after some
decisions the shipped model is corrected by them (as `resolver train --from-store` does). The other
half, which had no decisions and which no model has been fitted to, is measured: pairs within
predicted clusters against pairs within true ones, at both merge thresholds. Then the halves change
places. Writes `build/bench/learning.json` and `docs/images/learning.svg`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.charts.learning_chart import draw_learning_chart
from benchmarks.harness.datasets import (
    DATA,
    HISTORICAL_COLUMNS,
    ROOT,
    AbsentError,
    person_mapping,
)
from benchmarks.harness.measures import cluster_pairs, codes_of
from resolver.engines.local import fit_models
from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.lists.formats.tabular.mapping import build_mapping
from resolver.lists.reader_types import Intake
from resolver.lists.readers import read_lists
from resolver.matching.blocking import choose_plan_by_size, join_candidates
from resolver.matching.clustering import MergeRule, PairLogOdds, cluster
from resolver.matching.pipeline import compare_and_score, normalize
from resolver.matching.preparation import with_frequencies
from resolver.matching.resolution_task import RunOptions, load_models
from resolver.matching.scoring import threshold_logodds
from resolver.names.name_index import NameIndex
from resolver.review import (
    DecisionRefusedError,
    DecisionRequest,
    Filters,
    Steward,
    StewardVerdict,
    decide_pair,
    take_next_item,
)
from resolver.training.fit.cross_validation import fold_of
from resolver.training.store_learning import learn_from_store

OUT = ROOT / "build" / "bench"
CHART = ROOT / "docs" / "images" / "learning.svg"
SOURCE = "h50k"
STEPS = (25, 50, 100, 200, 400)
"""Numbers of decisions after which a model is fitted."""
THRESHOLDS = {"0.5": 0.5, "0.95": 0.95}
_PEOPLE = "historical_figures_with_errors_50k.parquet"
ClusterByRecord = Mapping[str, str]


@dataclass(frozen=True)
class Half:
    """Records of complete entities, and the entity of each record id."""

    intake: Intake
    truth: ClusterByRecord


def split_set(data: Path, work: Path, share: int, part: int = 0) -> tuple[Half, Half]:
    """Return two halves of a part of the set, split by hash of the names of entities."""
    path = data / "peers" / _PEOPLE
    if not path.is_file():
        raise AbsentError(f"{path.name} is not in {path.parent}")
    frame = pd.read_parquet(path)
    frame = frame[frame["cluster"].map(lambda name: fold_of(f"learn:{name}", share)) == part]
    side = frame["cluster"].map(lambda name: fold_of(f"asked:{name}", 2))
    first = _read_half(frame[side == 0], work / "a.parquet")
    return first, _read_half(frame[side == 1], work / "b.parquet")


def _read_half(frame: pd.DataFrame, table: Path) -> Half:
    frame.drop(columns="cluster").to_parquet(table, index=False)
    intake = read_lists([table], mapping=build_mapping(person_mapping(SOURCE, HISTORICAL_COLUMNS)))
    ids = [f"{SOURCE}:{record_id}" for record_id in frame["unique_id"]]
    return Half(intake, dict(zip(ids, frame["cluster"].astype(str), strict=True)))


def decide_by_truth(hub: Hub, truth: ClusterByRecord, count: int) -> Iterator[Counter[str]]:
    """Decide the queue from the top by the truth; yield counts of verdicts after each."""
    oracle, verdicts = Steward("oracle"), Counter[str]()
    while sum(verdicts.values()) < count:
        item = take_next_item(hub, oracle, Filters())
        if item is None:
            return
        with hub.store.view() as view:
            sides = [view.entity(party.id) for party in (item.left, item.right)]
        clusters = [
            _most_common(truth[record_id] for record_id in side.records)
            for side in sides
            if side is not None
        ]
        verdict = StewardVerdict.SAME if clusters[0] == clusters[1] else StewardVerdict.DIFFERENT
        decision = DecisionRequest(oracle, item.left.id, item.right.id, verdict, reason="truth")
        try:
            decide_pair(hub, decision)
        except DecisionRefusedError:
            # an entity that mixes records of two people may contradict earlier decisions
            verdict = StewardVerdict.UNSURE
            decide_pair(hub, replace(decision, verdict=verdict))
        verdicts[str(verdict)] += 1
        yield verdicts


def _most_common(names: Iterator[str]) -> str:
    counts = Counter(names)
    return min(counts, key=lambda name: (-counts[name], name))


class UntouchedHalf:
    """Records without decisions, prepared so that any model can resolve them."""

    def __init__(self, half: Half) -> None:
        batch = half.intake.batch
        self._batch, self._prepared = batch, normalize(batch, load_models())
        self._plan = choose_plan_by_size(len(batch))
        pairs, _ = join_candidates(self._prepared, self._plan)
        self._left, self._right = pairs.left, pairs.right
        self._truth = codes_of(
            np.array([half.truth[record_id] for record_id in batch.ids.to_pylist()])
        )
        self._review = threshold_logodds(RunOptions().thresholds.review)

    def measure(self, model: Path | None) -> dict[str, Any]:
        """Return rates after clustering at both thresholds, and the number of borderline pairs."""
        models = fit_models(self._batch, RunOptions(model_dir=model))
        prepared = with_frequencies(self._prepared, models.tables)
        logodds = compare_and_score(
            prepared, NameIndex.of(prepared), models, self._left, self._right
        )
        rates_by_threshold: dict[str, Any] = {}
        for name, score in THRESHOLDS.items():
            merge = threshold_logodds(score)
            labels = cluster(
                len(self._truth),
                PairLogOdds(self._left, self._right, logodds),
                MergeRule(merge, min(self._review, merge)),
            )
            rates = cluster_pairs(self._truth, labels).rates
            rates_by_threshold[name] = {
                key: round(getattr(rates, key), 4) for key in ("precision", "recall", "f1")
            }
        between = (logodds >= self._review) & (
            logodds < threshold_logodds(RunOptions().thresholds.match)
        )
        return {**rates_by_threshold, "borderline": int(between.sum())}


def measure_curve(reviewed: Half, untouched: Half, work: Path, decisions: int) -> dict[str, Any]:
    """Return figures on the untouched half after some decisions on the reviewed one."""
    measured = UntouchedHalf(untouched)
    rows = [{"decisions": 0, "said": {}, **measured.measure(None)}]
    steps = sorted({step for step in STEPS if step < decisions} | {decisions})
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    with Hub.open(
        f"sqlite:///{work}/hub.db", RunOptions(workers=1), index_dir=work / "index"
    ) as hub:
        hub.add(reviewed.intake)
        for verdicts in decide_by_truth(hub, reviewed.truth, decisions):
            decided = sum(verdicts.values())
            if decided in steps:
                rows.append(
                    {
                        "decisions": decided,
                        "said": dict(verdicts),
                        **_learn_and_measure(hub, measured, work / f"after{decided}"),
                    }
                )
                print(f"{decided} decisions: {rows[-1]}", file=sys.stderr)
    return {"asked": len(reviewed.truth), "untouched": len(untouched.truth), "rows": rows}


def _learn_and_measure(hub: Hub, measured: UntouchedHalf, folder: Path) -> dict[str, Any]:
    try:
        learned = learn_from_store(hub.store, folder, version="learnt")
    except InputError as error:
        # where decisions do not make it better the old one stays
        return {"kept": error.line(), **measured.measure(None)}
    report = learned.comparison.held_out["person"]
    gains = {name: report[name] for name in ("pairs", "gain", "gain_low", "gain_high")}
    return {"held_out": gains, **measured.measure(folder)}


def format_table(curves: Sequence[Mapping[str, Any]]) -> str:
    """Return the figures in Markdown."""
    lines = [
        "| asked about | decisions | F1 at 0.5 | precision | recall "
        "| F1 at 0.95 | precision | recall |",
        "|---" * 8 + "|",
    ]
    for name, curve in zip("AB", curves, strict=False):
        for row in curve["rows"]:
            rates = [
                f"{row[at][key]:.4f}" for at in THRESHOLDS for key in ("f1", "precision", "recall")
            ]
            lines.append(f"| half {name} | {row['decisions']} | {' | '.join(rates)} |")
    return "\n".join(lines) + "\n"


def main(args: list[str] | None = None) -> int:
    """Measure both ways; return the exit code."""
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
    options = parser.parse_args(args)
    work = options.out / "learning"
    work.mkdir(parents=True, exist_ok=True)
    try:
        first_half, second_half = split_set(options.data, work, options.share, options.part)
    except AbsentError as error:
        print(f"skipped: {error}", file=sys.stderr)
        return 0
    curves = [
        measure_curve(reviewed, untouched, work / name, options.decisions)
        for name, reviewed, untouched in (
            ("a", first_half, second_half),
            ("b", second_half, first_half),
        )
    ]
    model = load_models().stamp["model"]
    report = {
        "model": model,
        "set": "historical_50k",
        "share": options.share,
        "part": options.part,
        "curves": curves,
    }
    (options.out / "learning.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    options.chart.parent.mkdir(parents=True, exist_ok=True)
    options.chart.write_text(draw_learning_chart(curves), "utf-8")
    print(format_table(curves), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
