"""What additivity costs: families of models cross-validated on the same labelled pairs.

Only additive models ship, since their explanations are exact. The others say what is given up for that.

    python -m benchmarks.families                    # the lists and judged pairs in the data folder
    python -m benchmarks.families --invented 3000    # an invented world, where there is no data
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from benchmarks.harness.datasets import DATA, ROOT
from resolver.comparison import COMPARATOR_BY_NAME
from resolver.models import loader
from resolver.pipeline import tables_of
from resolver.records import Kind
from resolver.records.prepared.batch import FloatArray
from resolver.scoring import Model, interval, scores
from resolver.training.data.labeled_pairs import Labelled, blocked_pairs, read_judgements
from resolver.training.evaluate.measures import accuracy, quality
from resolver.training.fit.boosting import fit_additive
from resolver.training.fit.cross_validation import FOLDS, calibrate, out_of_fold
from resolver.training.fit.model_parts import PAIR_TERMS
from resolver.training.train import SHARES, Material, fit_options, gather, weighted

OUT = ROOT / "build" / "bench"
_BINS = 8
_ROUNDS = 250
Fit = Callable[[Labelled], Model]


@dataclass(frozen=True)
class _Fitted:
    """Anything that gives raw sums in thousandths of log-odds, as `Model.raw` does."""

    logodds: Callable[[FloatArray], npt.NDArray[np.float64]]

    def at(self, plan: str) -> _Fitted:
        """Itself: no plan has a prior of its own here."""
        return self

    def raw(self, evidence: FloatArray) -> npt.NDArray[np.int64]:
        return np.rint(1000 * np.clip(self.logodds(evidence), -20, 20)).astype(np.int64)


def logistic(data: Labelled) -> Model:
    """Logistic regression on evidence in bins of equal numbers, missing a bin of its own."""
    cuts = [_cuts(data.evidence[:, column]) for column in range(data.evidence.shape[1])]

    def binned(evidence: FloatArray) -> npt.NDArray[np.float64]:
        columns = [
            np.eye(len(cut) + 2)[interval(evidence[:, place], cut)]
            for place, cut in enumerate(cuts)
        ]
        return np.concatenate(columns, axis=1)

    model = LogisticRegression(C=1.0, max_iter=2_000).fit(
        binned(data.evidence), data.labels, data.weights
    )
    return cast(Model, _Fitted(lambda evidence: model.decision_function(binned(evidence))))


def _cuts(column: FloatArray) -> list[float]:
    known = column[~np.isnan(column)]
    return (
        np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])).tolist()
        if len(known)
        else []
    )


def additive(data: Labelled) -> Model:
    """Boosted steps of single comparators."""
    return _additive(data, ())


def with_pairs(data: Labelled) -> Model:
    """Boosted steps of single comparators and a few named pairs: what ships."""
    return _additive(data, PAIR_TERMS[data.kind])


def _additive(data: Labelled, pairs: tuple[tuple[str, str], ...]) -> Model:
    rises = [COMPARATOR_BY_NAME[name].rises for name in data.features]
    options = replace(fit_options(7), rounds=_ROUNDS)
    return fit_additive(
        data.kind.label,
        data.features,
        rises,
        pairs,
        data.evidence,
        data.labels,
        data.weights,
        options,
    )


def boosted(data: Labelled) -> Model:
    """Gradient boosting over all comparators at once, rising where ours rises."""
    return _boosted(data, monotone=True)


def unheld(data: Labelled) -> Model:
    """Gradient boosting held to nothing."""
    return _boosted(data, monotone=False)


def _boosted(data: Labelled, *, monotone: bool) -> Model:
    evidence = _whole(data.evidence)
    rises = [1 if monotone and COMPARATOR_BY_NAME[name].rises else 0 for name in data.features]
    model = HistGradientBoostingClassifier(
        max_iter=_ROUNDS,
        learning_rate=0.06,
        max_leaf_nodes=15,
        min_samples_leaf=8,
        l2_regularization=2.0,
        max_bins=64,
        early_stopping=False,
        monotonic_cst=rises,
        random_state=7,
    ).fit(evidence, data.labels, data.weights)
    return cast(Model, _Fitted(lambda part: model.decision_function(_whole(part, evidence))))


def _whole(
    evidence: FloatArray, like: npt.NDArray[np.float64] | None = None
) -> npt.NDArray[np.float64]:
    """A column that says nothing would stop the binning: it gets one value."""
    held = evidence.astype(np.float64).copy()
    held[:, np.isnan(held).all(axis=0) if like is None else (like == 0).all(axis=0)] = 0.0
    return held


FAMILIES: Mapping[str, Fit] = {
    "logistic, binned": logistic,
    "additive, boosted": additive,
    "additive with pairs (ships)": with_pairs,
    "boosted, monotone": boosted,
    "boosted, unheld": unheld,
}


def material(data: Path, invented: int) -> Material:
    """The labelled pairs: those of the data folder, or of an invented world."""
    tables = loader.load("tables")
    if invented:
        from resolver.synthetic import generate

        world = generate(invented, seed=7)
        return Material(
            blocked_pairs(world.records, dict(world.truth), tables_of(tables), "world"), 0
        )
    from resolver.ingest.readers import read_lists

    raw = data / "raw"
    intake = read_lists(
        [raw / "us_ofac_sdn", raw / "us_ofac_cons", raw / "un_sc" / "consolidated_2026-02.xml"]
    )
    return gather(intake, read_judgements(data / "truth" / "ofac_un_pairs.csv"), tables)


def compare(
    pairs: Mapping[Kind, Labelled], least: int = 200, folds: int = FOLDS
) -> list[dict[str, Any]]:
    """One row for each kind of at least so many pairs, family, and origin of pairs."""
    found = []
    for kind, held in pairs.items():
        if kind is Kind.ASSET or len(held) < least:
            continue
        # what is stated, not learnt, is no part of the comparison
        evidence = held.evidence.copy()
        evidence[:, held.features.index("same_list")] = np.nan
        data = weighted(replace(held, evidence=evidence), SHARES)
        for name, fit in FAMILIES.items():
            raw, tested = out_of_fold(data, fit, folds)
            part = data.where(tested)
            logodds = calibrate(raw[tested], part.labels, part.weights).apply(raw[tested])
            found += _rows(kind, name, part, scores(logodds))
            print(f"{kind.label}: {name}", file=sys.stderr)
    return found


def _rows(
    kind: Kind, name: str, data: Labelled, score: npt.NDArray[np.float64]
) -> list[dict[str, Any]]:
    rows = []
    for origin in sorted(set(data.origin.tolist())):
        mask = data.origin == origin
        right = accuracy(score[mask], data.labels[mask], data.clusters[mask])
        held = quality(score[mask], data.labels[mask])
        rows.append(
            {
                "kind": kind.label,
                "origin": origin,
                "family": name,
                "pairs": right.pairs,
                "f1": round(right.f1, 4),
                "f1_low": round(right.f1_low, 4),
                "f1_high": round(right.f1_high, 4),
                "wrong": right.wrong,
                "missed": right.missed,
                "log_loss": round(held.log_loss, 4),
                "brier": round(held.brier, 4),
                "calibration_error": round(held.calibration_error, 4),
            }
        )
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """The rows in Markdown, families of one kind and origin together."""
    lines = [
        "| kind | pairs from | family | F1 (95 %) | wrong | missed | log loss | Brier | calibration error |"
    ]
    lines.append("|---" * 9 + "|")
    for row in sorted(rows, key=lambda one: (one["kind"], one["origin"])):
        f1 = f"{row['f1']:.4f} ({row['f1_low']:.4f} … {row['f1_high']:.4f})"
        measures = " | ".join(
            f"{row[name]:.4f}" for name in ("log_loss", "brier", "calibration_error")
        )
        said = f"{row['kind']} | {row['origin']} | {row['family']} | {f1} | {row['wrong']} | {row['missed']}"
        lines.append(f"| {said} | {measures} |")
    return "\n".join(lines) + "\n"


def main(args: list[str] | None = None) -> int:
    """Compare the families; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.families", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="DIR", help="the data (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help="results (default: %(default)s)"
    )
    parser.add_argument(
        "--invented",
        type=int,
        default=0,
        metavar="N",
        help="an invented world of N records instead",
    )
    options = parser.parse_args(args)
    if not options.invented and not (options.data / "raw").is_dir():
        print(
            f"no lists in {options.data}: say where they are (--data), or use --invented 3000",
            file=sys.stderr,
        )
        return 1
    rows = compare(material(options.data, options.invented).pairs)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "families.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    (options.out / "families.md").write_text(table(rows), encoding="utf-8")
    print(table(rows), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
