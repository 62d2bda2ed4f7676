"""Model card: purpose, limits, training data and quality of a model.

The card is rendered from the model files, so equal models give equal bytes. The module also gives
the cross-validated figures of one kind as plain data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.matching.scoring import Thresholds, scores
from resolver.models import loader
from resolver.training.data.labeled_clusters import CLUSTER_ORIGIN
from resolver.training.data.labeled_pairs import LabeledPairs
from resolver.training.fit.measured_evidence import MeasuredLevel
from resolver.training.measures import (
    MIN_GROUP_PAIRS,
    Accuracy,
    CalibrationQuality,
    LabeledScores,
    group_error_rates,
    groups_to_json,
    measure_accuracy,
    measure_calibration,
)
from resolver.training.name_only import NAME_ONLY_ORIGIN
from resolver.training.reliability import Masks, group_masks
from resolver.training.resampled_entries import CONTROLLED_ORIGIN, RESAMPLED_ORIGIN

PLOT_FILE = "reliability.svg"
_INTENDED_USE = """# Model card

## Intended use

Finding which records of watchlists and registers describe the same person, group, vessel or
aircraft. A score is the probability that two records do. Pairs in band `match` may be merged
without a human; those in band `review` wait for one.

## Out of scope

- The model says nothing about guilt, danger or intent: it compares what records say, not what
  people did.
- A match alone is no reason to refuse anybody anything. It is a reason to look at the evidence
  (`resolver explain`).
- Faces, fingerprints and free text are not compared.
- Scores hold for records like those below. For other records, in particular registers with many
  namesakes or languages that are missing here, train and measure again (`resolver train`,
  `resolver evaluate`).
"""
_WEIGHTING_NOTE = """\
Precision, recall and F1 count the pairs as they were drawn. Brier score, log loss and
calibration error (15 bins) weigh pairs as in training: the last column gives the total weight of
true and false pairs of each origin, which is stated, or the proportion in which blocking gives
them.

"""
_LIMITS = """
## Limits

- Invented records are training material and have rows of their own above; they are no evidence of
  quality. The figures that count most are those of pairs judged by humans, which are few.
- Groups follow nationality and script: they are rough, and blind to minorities within a country.
- "Resampled entries" are list entries split in two by chance; two agencies differ in more ways.
- Error rates by name culture on pairs made for the purpose are in `fairness.json`
  (`resolver evaluate --probes`).
"""
_SIZE_TITLE = "\n## Calibration by size of population\n"
_SIZE_NOTE = """
Measured on generated records (`resolver evaluate --calibration`) of {sizes} that no model is
trained on; every candidate pair counts once. Reviews are pairs scored 0.05 to 0.95, per record (of
the kind, where one is named). The gap is the largest difference of mean score and share of true
pairs, less two standard errors, in bins of 50 pairs or more; bins are in `calibration.json`.
"""
_SETS_TITLE = "\n## Sets left out\n"
_SETS_NOTE = """
Each set by a model that learned from all others (`resolver train --left-out`), in its own
population; *lists* are the judged pairs and resampled entries of the lists that were given. Counts
and measures as under Quality; figures of all sets are in `left_out.json`.

| kind | set | same | different | precision | recall | F1 | log loss | calibration error |
|---|---|---|---|---|---|---|---|---|
"""
_MEASURED_TITLE = "\n## Contradictions, measured\n"
_MEASURED_NOTE = """
What the levels of stated fields say, counted in lists (pairs that other fields establish as the
same, and random pairs) and in generated worlds, and what the models make of it. *Measured* is the
log of the ratio of both shares, in nats. *Takes* is the weight times the slope of the curve through
which it acts where pairs are in doubt: that is what a level adds to the log-odds there. Both are
given against chance and against relatives, for persons in watchlists: in plain registers, which
copy by hand, contradictions of persons weigh as fitted. A level of disagreement that takes 1.5 nats
more or less than is measured has its reason below.

| kind | field | level | same | different | measured | weights | takes |
|---|---|---|---|---|---|---|---|
"""
_INSERTED_TITLES = (_SIZE_TITLE, _SETS_TITLE, _MEASURED_TITLE)
"""Titles of the sections that are inserted before the limits, in their order."""
_LIMITS_TITLE = "\n## Limits\n"
_ORIGIN_LABELS = {
    RESAMPLED_ORIGIN: "resampled entries",
    NAME_ONLY_ORIGIN: "name-only pairs",
    CONTROLLED_ORIGIN: "controlled differences",
}
"""Labels of origins that model files call by another name."""


def render_model_card(models: Mapping[str, Mapping[str, Any]], reused: Sequence[str] = ()) -> str:
    """Return the card of models (by kind, as JSON) in Markdown.

    `reused` names the kinds whose models were copied, not trained.
    """
    training_of = {kind: models[kind].get("training", {}) for kind in loader.KINDS}
    parts = [
        _INTENDED_USE,
        *_version_section(models, reused),
        *_data_section(training_of),
        *_accuracy_section(training_of),
        *_calibration_section(training_of),
    ]
    for dimension, title in (
        ("script", "Script"),
        ("culture", "Name culture"),
        ("missing", "Missing field"),
    ):
        parts += _group_section(training_of, dimension, title)
    return "".join([*parts, _LIMITS])


def _version_section(
    models: Mapping[str, Mapping[str, Any]], reused: Sequence[str]
) -> Iterator[str]:
    yield "\n## Models\n\n"
    for kind in loader.KINDS:
        training = models[kind].get("training", {})
        note = " (reused, not trained)" if kind in reused else ""
        facts = [f"seed {training['seed']}"] if "seed" in training else []
        facts += [f"data {training['data']}"] if "data" in training else []
        suffix = f", {', '.join(facts)}" if facts else ""
        yield f"- {kind}: version {models[kind]['version']}{suffix}{note}\n"


def _data_section(training_of: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    sources: Mapping[str, int] = next(
        (training["sources"] for training in training_of.values() if training.get("sources")), {}
    )
    if sources:
        yield "\n## Training data\n\n| source | records |\n|---|---|\n"
        yield from (f"| {source} | {count:,} |\n" for source, count in sorted(sources.items()))
    dropped: Mapping[str, int] = next(
        (training["dropped"] for training in training_of.values() if training.get("dropped")), {}
    )
    if dropped:
        yield "\n| left out | count |\n|---|---|\n"
        yield from (f"| {reason} | {count:,} |\n" for reason, count in sorted(dropped.items()))


def _accuracy_section(training_of: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "\n## Quality\n\nCross-validated: no entity of a tested pair was seen in training. "
    yield "At score 0.5;\n95 % intervals in brackets (precision and recall after Wilson, "
    yield "F1 by bootstrap over entities).\n"
    yield _WEIGHTING_NOTE
    yield "| kind | pairs from | same | different | precision | recall | F1 "
    yield "| Brier | log loss | calibration error "
    yield f"| weight, true : false |\n|{'---|' * 11}\n"
    for kind, training in training_of.items():
        for origin, counts in sorted(training.get("pairs", {}).items()):
            figures = training.get("figures", {}).get(origin, {})
            yield _accuracy_row(kind, origin, counts, figures)


def _accuracy_row(
    kind: str, origin: str, counts: Mapping[str, int], figures: Mapping[str, Any]
) -> str:
    # precision and recall can only be measured if there are true pairs
    shown = figures if counts["same"] else {}
    row = [
        kind,
        _ORIGIN_LABELS.get(origin, origin),
        f"{counts['same']:,}",
        f"{counts['different']:,}",
        *(_format_interval(shown, name) for name in ("precision", "recall", "f1")),
        *(_format_number(figures, name) for name in ("brier", "log_loss", "calibration_error")),
    ]
    names = ("weight_same", "weight_different")
    weights = " : ".join(f"{figures[name]:,.0f}" for name in names if name in figures)
    return f"| {' | '.join([*row, weights])} |\n"


def _format_interval(figures: Mapping[str, Any], name: str) -> str:
    low, high = figures.get(f"{name}_low"), figures.get(f"{name}_high")
    interval = f" ({low:.4f} … {high:.4f})" if low is not None and high is not None else ""
    return _format_number(figures, name) + interval


def _format_number(figures: Mapping[str, Any], name: str) -> str:
    return f"{figures[name]:.4f}" if name in figures else ""


def reliability_bins(models: Mapping[str, Mapping[str, Any]]) -> dict[str, list[list[float]]]:
    """Return the rows of the reliability plot by kind, for models that have them."""
    bins_of = {
        kind: models[kind].get("training", {}).get("quality", {}).get("bins", [])
        for kind in loader.KINDS
    }
    return {kind: rows for kind, rows in bins_of.items() if rows}


def _calibration_section(training_of: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    quality_of = {kind: row["quality"] for kind, row in training_of.items() if row.get("quality")}
    if not quality_of:
        return
    yield "\n## Calibration\n\nOf the pairs scored p, a share of p should be true. "
    yield f"All pairs, weighted as in training; 15 bins.\n\n![Reliability]({PLOT_FILE})\n\n"
    yield "| kind | Brier | log loss | calibration error |\n|---|---|---|---|\n"
    for kind, quality in quality_of.items():
        measures = (
            _format_number(quality, name) for name in ("brier", "log_loss", "calibration_error")
        )
        yield f"| {kind} | {' | '.join(measures)} |\n"
    yield f"\n| kind | scores | pairs | weight | mean score | true |\n|{'---|' * 6}\n"
    for kind, quality in quality_of.items():
        for low, high, weight, score, true, *count in quality["bins"]:
            # model files of earlier versions lack the count
            pairs = f"{count[0]:,}" if count else "?"
            row = f"{low:.2f} … {high:.2f} | {pairs} | {weight:,.1f} | {score:.3f} | {true:.3f}"
            yield f"| {kind} | {row} |\n"


def _group_section(
    training_of: Mapping[str, Mapping[str, Any]], dimension: str, title: str
) -> Iterator[str]:
    rows = [
        (kind, group)
        for kind, training in training_of.items()
        for group in training.get("groups", {}).get(dimension, [])
    ]
    if not rows:
        return
    yield f"\n## {title}\n\nPairs of real records, cross-validated, at score 0.5; "
    yield "groups of fewer than 50 pairs are left out.\n\n"
    yield f"| kind | {title.lower()} | same | missed | different | called the same |\n"
    yield f"|{'---|' * 6}\n"
    for kind, group in rows:
        missed, false = group["missed"], group["false"]
        rates = (
            f"{missed['of']:,} | {_format_share(missed)} | {false['of']:,} | {_format_share(false)}"
        )
        yield f"| {kind} | {group['group']} | {rates} |\n"


def _format_share(share: Mapping[str, float]) -> str:
    if not share["of"]:
        return "-"
    return f"{100 * share['rate']:.1f} % ({100 * share['low']:.1f} … {100 * share['high']:.1f})"


def insert_calibration(card: str, figures: Mapping[str, Any]) -> str:
    """Return a card with the figures of `calibration.json`, in place of any earlier ones."""
    return _insert_section(card, _SIZE_TITLE, _size_section(figures))


def insert_left_out(card: str, figures: Mapping[str, Any]) -> str:
    """Return a card with the figures of `left_out.json`, in place of any earlier ones."""
    return _insert_section(card, _SETS_TITLE, _sets_section(figures))


def insert_measured(
    card: str,
    levels: Mapping[str, Iterable[MeasuredLevel]],
    reasons: Mapping[str, Mapping[str, str]],
) -> str:
    """Return a card with the measured evidence of the levels of each kind, in place of an earlier
    section.

    `reasons` maps kind → comparator → the reason why the comparator takes more or less than is
    measured.
    """
    return _insert_section(card, _MEASURED_TITLE, _measured_section(levels, reasons))


def _measured_section(
    levels: Mapping[str, Iterable[MeasuredLevel]], reasons: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    yield _MEASURED_TITLE + _MEASURED_NOTE
    for kind, rows in levels.items():
        for row in rows:
            cells = [
                *(kind, row.feature, row.label),
                *(f"{count:,}" for count in row.counts),
                f"{row.measured:.1f}" if row.is_measured else "too few",
                *(
                    " / ".join(f"{value:.1f}" for value in pair)
                    for pair in (row.weights, row.effects)
                ),
            ]
            yield f"| {' | '.join(cells)} |\n"
    yield "\n| kind | field | why it takes more or less |\n|---|---|---|\n"
    for kind, own in reasons.items():
        for feature, reason in own.items():
            yield f"| {kind} | {feature} | {reason} |\n"


def _insert_section(card: str, title: str, lines: Iterable[str]) -> str:
    """Return a card with a section, in place of an earlier section with that title."""
    start = card.find(title)
    if start >= 0:
        end = card.find("\n## ", start + 1)
        card = card[:start] + (card[end:] if end >= 0 else "")
    later = _INSERTED_TITLES[_INSERTED_TITLES.index(title) + 1 :]
    indices = [card.find(other) for other in (*later, _LIMITS_TITLE)]
    index = min((index for index in indices if index >= 0), default=len(card))
    return "".join([card[:index], *lines, card[index:]])


def _sets_section(figures: Mapping[str, Any]) -> Iterator[str]:
    yield _SETS_TITLE + _SETS_NOTE
    for kind, rows in figures.items():
        for row in rows:
            cells = [
                kind,
                row["set"],
                f"{row['matches']:,}",
                f"{row['pairs'] - row['matches']:,}",
                *(_format_interval(row, name) for name in ("precision", "recall", "f1")),
                *(_format_number(row, name) for name in ("log_loss", "calibration_error")),
            ]
            yield f"| {' | '.join(cells)} |\n"
    data = {kind: rows[0]["data"] for kind, rows in figures.items() if rows and "data" in rows[0]}
    if data:
        own_data = ", ".join(f"{kind}: data {digest}" for kind, digest in data.items())
        yield f"\nThey learned from {own_data}. Where *Models*\n"
        yield "names other data, these figures are of another fit.\n"


def _size_section(figures: Mapping[str, Any]) -> Iterator[str]:
    yield _SIZE_TITLE
    sizes = [f"{size:,}" for size in figures["sizes"]]
    yield _SIZE_NOTE.format(sizes=" and ".join(", ".join(sizes).rsplit(", ", 1)))
    measures = "pairs | reviews per record | of them true | gap | at scores |"
    for by, groups in figures["by"].items():
        columns = by.split(" × ")
        yield f"\n| {' | '.join(columns)} | {measures}\n|{'---|' * (len(columns) + 5)}\n"
        for group in groups:
            yield f"| {' | '.join(group['group'].split(' × '))} | {_reliability_row(group)} |\n"


def _reliability_row(group: Mapping[str, Any]) -> str:
    true, gap, ends = group["true_reviews"], group["gap"], group["gap_at"]
    row = [
        f"{group['pairs']:,}",
        f"{group['reviews_per_record']:.3f}",
        "-" if true is None else f"{100 * true:.1f} %",
        "-" if gap is None else f"{gap:.3f}",
        "" if ends is None else f"{ends[0]:g} … {ends[1]:g}",
    ]
    return " | ".join(row)


DECIDED_ORIGIN = "decided"
"""Origin of pairs labeled by steward decisions."""
REAL_ORIGINS = ("judged", CLUSTER_ORIGIN, DECIDED_ORIGIN, RESAMPLED_ORIGIN)
"""Origins with real records; groups are measured on these, if there are any."""
FIELDS = (
    "birth_date",
    "birth_place",
    "nationality",
    "country",
    "gender",
    "identifier",
    "address",
    "start_date",
)


def measure_for_card(data: LabeledPairs, logodds: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Return figures for the card of a model.

    `logodds` are calibrated; the log-odds of each pair come from a model that has not seen the
    entities of the pair. The result holds `figures` by origin of the pairs, `quality` of all pairs
    as weighted in training, and error rates of `groups` (script, culture, missing field).
    """
    score = scores(logodds)
    return {
        "figures": {
            origin: _figures(data, score, data.origin == origin)
            for origin in sorted(set(data.origin.tolist()))
        },
        "quality": _quality(measure_calibration(score, data.labels, data.weights)),
        "groups": _groups(data, score, Thresholds()),
    }


def hash_data(data: LabeledPairs) -> str:
    """Return twelve hex digits that identify evidence, labels and weights, in their order."""
    digest = hashlib.sha256()
    for part in (data.evidence, data.labels, data.weights):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()[:12]


def pair_figures(data: LabeledPairs, score: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Return the accuracy and the calibration of the scores of some pairs.

    Accuracy counts each pair once or, if only a sample was drawn, as many times as it stands for;
    calibration counts pairs with their weights in training.
    """
    return _figures(data, score, np.ones(len(data), dtype=bool))


def _figures(
    data: LabeledPairs, score: npt.NDArray[np.float64], mask: npt.NDArray[np.bool_]
) -> dict[str, Any]:
    # Pairs of clusters are a sample of a sample, so each false pair stands for several pairs; the
    # pairs of one decision share its weight
    is_weighted = bool(mask.any()) and data.origin[mask][0] in (CLUSTER_ORIGIN, DECIDED_ORIGIN)
    weights = data.weights[mask] if is_weighted else None
    accuracy = measure_accuracy(score[mask], data.labels[mask], data.clusters[mask], weights)
    # scores are calibrated to pairs with their weights in training
    calibration = measure_calibration(score[mask], data.labels[mask], data.weights[mask])
    same = data.labels[mask] == 1
    total_weights = [round(float(data.weights[mask][side].sum()), 1) for side in (same, ~same)]
    measures = {name: round(getattr(calibration, name), 4) for name in _MEASURES}
    return {
        **_accuracy(accuracy),
        **measures,
        "weight_same": total_weights[0],
        "weight_different": total_weights[1],
    }


_MEASURES = ("brier", "log_loss", "calibration_error")


def _accuracy(accuracy: Accuracy) -> dict[str, Any]:
    rounded = {
        "precision": accuracy.precision.rate,
        "precision_low": accuracy.precision.low,
        "precision_high": accuracy.precision.high,
        "recall": accuracy.recall.rate,
        "recall_low": accuracy.recall.low,
        "recall_high": accuracy.recall.high,
        "f1": accuracy.f1,
        "f1_low": accuracy.f1_low,
        "f1_high": accuracy.f1_high,
    }
    counts = {
        "pairs": accuracy.pairs,
        "matches": accuracy.matches,
        "wrong": accuracy.wrong,
        "missed": accuracy.missed,
    }
    return {**counts, **{name: round(value, 4) for name, value in rounded.items()}}


def _quality(calibration: CalibrationQuality) -> dict[str, Any]:
    bins = [
        [
            *(round(value, 4) for value in (row.low, row.high, row.pairs, row.score, row.true)),
            row.count,
        ]
        for row in calibration.bins
    ]
    return {**{name: round(getattr(calibration, name), 4) for name in _MEASURES}, "bins": bins}


def _groups(
    data: LabeledPairs, score: npt.NDArray[np.float64], thresholds: Thresholds
) -> dict[str, Any]:
    real = np.isin(data.origin.astype(str), REAL_ORIGINS)
    chosen = real if real.any() else np.ones(len(data), dtype=bool)
    scored = LabeledScores(score[chosen], thresholds.bands(score[chosen]), data.labels[chosen] == 1)
    dimensions: Mapping[str, Masks] = {
        "script": group_masks(data.scripts[chosen]),
        "culture": group_masks(data.cultures[chosen]),
        "missing": _missing(data.select(chosen)),
    }
    return {name: _large_groups(scored, masks) for name, masks in dimensions.items()}


def _large_groups(scored: LabeledScores, masks: Masks) -> list[dict[str, object]]:
    return groups_to_json(
        [
            group
            for group in group_error_rates(scored, masks)
            if max(group.missed.total, group.false.total) >= MIN_GROUP_PAIRS
        ]
    )


def _missing(data: LabeledPairs) -> Masks:
    """Return masks of the pairs that lack a field, which are those whose comparator has no
    value.
    """
    return {
        f"no {name.replace('_', ' ')}": np.isnan(data.evidence[:, data.features.index(name)])
        for name in FIELDS
        if name in data.features
    }
