"""Measure the cost of additivity: families of models cross-validated on the same labeled pairs.

Only additive models ship, since their explanations are exact. The other families show how much
accuracy that costs.

    python -m benchmarks.families                    # the lists and judged pairs in the data folder
    python -m benchmarks.families --invented 3000    # a generated world, if there is no data
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from benchmarks.harness.datasets import DATA, ROOT
from resolver.matching.comparators import COMPARATOR_BY_NAME
from resolver.matching.resolution_task import build_tables
from resolver.matching.scoring import Model, interval_indices, scores
from resolver.models import loader
from resolver.records import Kind
from resolver.records.prepared.batch import FloatArray
from resolver.training.data.labeled_pairs import (
    LabeledPairs,
    label_blocked_pairs,
    read_judged_pairs,
)
from resolver.training.fit.cross_validation import FOLDS, fit_calibration, out_of_fold_sums
from resolver.training.fit.model_parts import INTERACTIONS, ModelSpec, fit_additive
from resolver.training.measures import measure_accuracy, measure_calibration
from resolver.training.train import ORIGIN_WEIGHTS, default_fit_options, weight_by_origin
from resolver.training.training_data import TrainingData, gather_training_data

OUT = ROOT / "build" / "bench"
_BINS = 8
_ROUNDS = 250
Fit = Callable[[LabeledPairs], Model]


@dataclass(frozen=True)
class _FittedSums:
    """Raw sums of any fitted classifier in thousandths of log-odds, as `Model.raw` gives them."""

    logodds: Callable[[FloatArray], npt.NDArray[np.float64]]

    def for_plan(self, plan: str) -> _FittedSums:
        """Return itself: no plan has a prior of its own here."""
        return self

    def raw(self, evidence: FloatArray) -> npt.NDArray[np.int64]:
        """Return the log-odds of each row of evidence in thousandths, clipped to ±20."""
        return np.rint(1000 * np.clip(self.logodds(evidence), -20, 20)).astype(np.int64)


def fit_logistic(data: LabeledPairs) -> Model:
    """Fit logistic regression on evidence in quantile bins; missing values have their own bin."""
    cuts = [_cuts(data.evidence[:, column]) for column in range(data.evidence.shape[1])]

    def bin_evidence(evidence: FloatArray) -> npt.NDArray[np.float64]:
        """Return one-hot columns of the bins of each comparator."""
        columns = [
            np.eye(len(cut) + 2)[interval_indices(evidence[:, place], cut)]
            for place, cut in enumerate(cuts)
        ]
        return np.concatenate(columns, axis=1)

    model = LogisticRegression(C=1.0, max_iter=2_000).fit(
        bin_evidence(data.evidence), data.labels, data.weights
    )
    return cast(
        Model, _FittedSums(lambda evidence: model.decision_function(bin_evidence(evidence)))
    )


def _cuts(column: FloatArray) -> list[float]:
    values = column[~np.isnan(column)]
    if not len(values):
        return []
    quantiles = np.quantile(values, np.linspace(0, 1, _BINS + 1)[1:-1])
    return [float(cut) for cut in np.unique(quantiles)]


def fit_additive_steps(data: LabeledPairs) -> Model:
    """Fit boosted steps of single comparators."""
    return _fit_additive(data, ())


def fit_with_pairs(data: LabeledPairs) -> Model:
    """Fit boosted steps of single comparators and of selected pairs, as the shipped model has."""
    return _fit_additive(data, INTERACTIONS[data.kind])


def _fit_additive(data: LabeledPairs, pairs: tuple[tuple[str, str], ...]) -> Model:
    rises = [COMPARATOR_BY_NAME[name].rises for name in data.features]
    options = replace(default_fit_options(7), rounds=_ROUNDS)
    spec = ModelSpec(data.kind.label, data.features, rises, pairs)
    return fit_additive(spec, data.labeled_evidence, options)


def fit_monotone(data: LabeledPairs) -> Model:
    """Fit gradient boosting over all comparators, monotone where the shipped model is monotone."""
    return _fit_boosted(data, monotone=True)


def fit_unconstrained(data: LabeledPairs) -> Model:
    """Fit gradient boosting without monotone constraints."""
    return _fit_boosted(data, monotone=False)


def _fit_boosted(data: LabeledPairs, *, monotone: bool) -> Model:
    evidence = _fill_empty_columns(data.evidence)
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
    return cast(
        Model,
        _FittedSums(lambda part: model.decision_function(_fill_empty_columns(part, evidence))),
    )


def _fill_empty_columns(
    evidence: FloatArray, training: npt.NDArray[np.float64] | None = None
) -> npt.NDArray[np.float64]:
    """Return evidence with zeros in columns without any value, which the binning would refuse."""
    filled = evidence.astype(np.float64).copy()
    empty = np.isnan(filled) if training is None else training == 0
    filled[:, empty.all(axis=0)] = 0.0
    return filled


FAMILIES: Mapping[str, Fit] = {
    "logistic, binned": fit_logistic,
    "additive, boosted": fit_additive_steps,
    "additive with pairs (ships)": fit_with_pairs,
    "boosted, monotone": fit_monotone,
    "boosted, unheld": fit_unconstrained,
}


def gather_pairs(data: Path, invented: int) -> TrainingData:
    """Return labeled pairs of the data folder, or of a generated world of `invented` records."""
    tables = loader.load("tables")
    if invented:
        from resolver.world import generate

        world = generate(invented, seed=7)
        return TrainingData(
            label_blocked_pairs(world.records, dict(world.truth), build_tables(tables), "world"), 0
        )
    from resolver.lists.readers import read_lists

    raw = data / "raw"
    intake = read_lists(
        [raw / "us_ofac_sdn", raw / "us_ofac_cons", raw / "un_sc" / "consolidated_2026-02.xml"]
    )
    return gather_training_data(
        intake, read_judged_pairs(data / "truth" / "ofac_un_pairs.csv"), tables
    )


def compare_families(
    pairs: Mapping[Kind, LabeledPairs], min_pairs: int = 200, folds: int = FOLDS
) -> list[dict[str, Any]]:
    """Return one row for each kind with at least `min_pairs` pairs, family, and origin of pairs."""
    rows = []
    for kind, kind_pairs in pairs.items():
        if kind is Kind.ASSET or len(kind_pairs) < min_pairs:
            continue
        # the weight of `same_list` is set by hand, so no family may use it
        evidence = kind_pairs.evidence.copy()
        evidence[:, kind_pairs.features.index("same_list")] = np.nan
        data = weight_by_origin(replace(kind_pairs, evidence=evidence), ORIGIN_WEIGHTS)
        for name, fit in FAMILIES.items():
            raw, tested = out_of_fold_sums(data, fit, folds)
            part = data.select(tested)
            logodds = fit_calibration(raw[tested], part.labels, part.weights).apply(raw[tested])
            rows += _rows(kind, name, part, scores(logodds))
            print(f"{kind.label}: {name}", file=sys.stderr)
    return rows


def _rows(
    kind: Kind, name: str, data: LabeledPairs, score: npt.NDArray[np.float64]
) -> list[dict[str, Any]]:
    rows = []
    for origin in sorted(set(data.origin.tolist())):
        mask = data.origin == origin
        accuracy = measure_accuracy(score[mask], data.labels[mask], data.clusters[mask])
        calibration = measure_calibration(score[mask], data.labels[mask])
        rows.append(
            {
                "kind": kind.label,
                "origin": origin,
                "family": name,
                "pairs": accuracy.pairs,
                "f1": round(accuracy.f1, 4),
                "f1_low": round(accuracy.f1_low, 4),
                "f1_high": round(accuracy.f1_high, 4),
                "wrong": accuracy.wrong,
                "missed": accuracy.missed,
                "log_loss": round(calibration.log_loss, 4),
                "brier": round(calibration.brier, 4),
                "calibration_error": round(calibration.calibration_error, 4),
            }
        )
    return rows


def format_table(rows: list[dict[str, Any]]) -> str:
    """Return the rows in Markdown, families of one kind and origin together."""
    lines = [
        "| kind | pairs from | family | F1 (95 %) | wrong | missed "
        "| log loss | Brier | calibration error |",
        "|---" * 9 + "|",
    ]
    for row in sorted(rows, key=itemgetter("kind", "origin")):
        f1 = f"{row['f1']:.4f} ({row['f1_low']:.4f} … {row['f1_high']:.4f})"
        measures = " | ".join(
            f"{row[name]:.4f}" for name in ("log_loss", "brier", "calibration_error")
        )
        group = f"{row['kind']} | {row['origin']} | {row['family']}"
        lines.append(f"| {group} | {f1} | {row['wrong']} | {row['missed']} | {measures} |")
    return "\n".join(lines) + "\n"


def main(args: list[str] | None = None) -> int:
    """Compare the families; return the exit code."""
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
            f"no lists in {options.data}: give their folder (--data), or use --invented 3000",
            file=sys.stderr,
        )
        return 1
    rows = compare_families(gather_pairs(options.data, options.invented).pairs)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "families.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    (options.out / "families.md").write_text(format_table(rows), encoding="utf-8")
    print(format_table(rows), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
