"""The card of a model: what it is for and not for, what it was fitted on, how good it is and for whom. Made from what
the model files say, so that the same models give the same card, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from resolver.models import loader

PLOT = "reliability.svg"
_INTENDED = """# Model card

## What it is for

Finding which records of watchlists and registers describe the same person, group, vessel or aircraft. A score is the
probability that two records do. Pairs in band `match` may be merged without a human; those in band `review` wait for
one.

## What it is not for

- It says nothing of guilt, danger or intent: it compares what records say, not what people did.
- It is no ground for refusing anybody anything. A match is a reason to look at the evidence (`resolver explain`).
- Faces, fingerprints and free text are not compared.
- Scores hold for records like those below. On others, in particular registers with many namesakes or languages that are
  missing here, fit and measure anew (`resolver train`, `resolver evaluate`).
"""
_WEIGHED = """Precision, recall and F1 count the pairs as they were drawn. Brier score, log loss and calibration error
(15 bins) weigh them as training does: the true and the false ones of each origin as the last column says, which is
stated, or in the proportion in which blocking gives them.

"""
_LIMITS = """
## Limits

- Invented records are training material and stand above under their own names; they are never evidence of quality. The
  figures that count most are those of pairs judged by humans, which are few.
- Groups are told by nationality and by letters: rough, and blind to minorities within a country.
- Entries "told twice" are one entry split in two by chance; two agencies differ in more ways than that.
- Error rates by name culture on pairs made for the purpose are in `fairness.json` (`resolver evaluate --probes`).
"""


def card(models: Mapping[str, Mapping[str, Any]], kept: Sequence[str] = ()) -> str:
    """The card of models (by kind, as JSON); `kept` names kinds that were taken over, not trained."""
    told = {kind: models[kind].get("training", {}) for kind in loader.KINDS}
    parts = [
        _INTENDED,
        *_versions(models, kept),
        *_data(told),
        *_accuracy(told),
        *_calibration(told),
    ]
    for by, words in (
        ("script", "Script"),
        ("culture", "Name culture"),
        ("missing", "Missing field"),
    ):
        parts += _group(told, by, words)
    return "".join([*parts, _LIMITS])


def _versions(models: Mapping[str, Mapping[str, Any]], kept: Sequence[str]) -> Iterator[str]:
    yield "\n## Models\n\n"
    for kind in loader.KINDS:
        told = models[kind].get("training", {})
        taken = " (taken over, not trained)" if kind in kept else ""
        held = [f"seed {told['seed']}"] if "seed" in told else []
        held += [f"data {told['data']}"] if "data" in told else []
        said = f", {', '.join(held)}" if held else ""
        yield f"- {kind}: version {models[kind]['version']}{said}{taken}\n"


def _data(told: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    sources: Mapping[str, int] = next(
        (one["sources"] for one in told.values() if one.get("sources")), {}
    )
    if sources:
        yield "\n## What it was fitted on\n\n| source | records |\n|---|---|\n"
        yield from (f"| {source} | {count:,} |\n" for source, count in sorted(sources.items()))
    dropped: Mapping[str, int] = next(
        (one["dropped"] for one in told.values() if one.get("dropped")), {}
    )
    if dropped:
        yield "\n| left out | how many |\n|---|---|\n"
        yield from (f"| {why} | {count:,} |\n" for why, count in sorted(dropped.items()))


def _accuracy(told: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "\n## How good it is\n\nCross-validated: no entity of a tested pair was seen in training. At score 0.5;\n"
    yield "95 % intervals in brackets (precision and recall after Wilson, F1 by bootstrap over entities).\n"
    yield _WEIGHED
    yield "| kind | pairs from | same | different | precision | recall | F1 "
    yield "| Brier | log loss | calibration error "
    yield f"| weight, true : false |\n|{'---|' * 11}\n"
    for kind, training in told.items():
        for origin, counts in sorted(training.get("pairs", {}).items()):
            found = training.get("figures", {}).get(origin, {})
            # without a single true pair there is nothing to be precise about
            said = found if counts["same"] else {}
            rates = [_between(said, name) for name in ("precision", "recall", "f1")]
            rates += [_number(found, name) for name in ("brier", "log_loss", "calibration_error")]
            weigh = [
                f"{found[name]:,.0f}"
                for name in ("weight_same", "weight_different")
                if name in found
            ]
            row = [
                kind,
                origin,
                f"{counts['same']:,}",
                f"{counts['different']:,}",
                *rates,
                " : ".join(weigh),
            ]
            yield f"| {' | '.join(row)} |\n"


def _between(found: Mapping[str, Any], name: str) -> str:
    low, high = found.get(f"{name}_low"), found.get(f"{name}_high")
    interval = f" ({low:.4f} … {high:.4f})" if low is not None and high is not None else ""
    return _number(found, name) + interval


def _number(found: Mapping[str, Any], name: str) -> str:
    return f"{found[name]:.4f}" if name in found else ""


def bins(models: Mapping[str, Mapping[str, Any]]) -> dict[str, list[list[float]]]:
    """By kind the rows of the reliability plot, where a model has them."""
    held = {
        kind: models[kind].get("training", {}).get("quality", {}).get("bins", [])
        for kind in loader.KINDS
    }
    return {kind: rows for kind, rows in held.items() if rows}


def _calibration(told: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    held = {kind: training["quality"] for kind, training in told.items() if training.get("quality")}
    if not held:
        return
    yield "\n## Do scores keep what they promise?\n\nOf the pairs scored p, a share of p should be true. All pairs, "
    yield f"each counted as it weighs in training; 15 bins.\n\n![Reliability]({PLOT})\n\n"
    yield "| kind | Brier | log loss | calibration error |\n|---|---|---|---|\n"
    for kind, found in held.items():
        measures = (_number(found, name) for name in ("brier", "log_loss", "calibration_error"))
        yield f"| {kind} | {' | '.join(measures)} |\n"
    yield "\n| kind | scores | pairs | they weigh | mean score | true |\n|---|---|---|---|---|---|\n"
    for kind, found in held.items():
        for low, high, weight, score, true, *count in found["bins"]:
            # models of earlier versions do not say how many there were
            pairs = f"{count[0]:,}" if count else "?"
            yield f"| {kind} | {low:.2f} … {high:.2f} | {pairs} | {weight:,.1f} | {score:.3f} | {true:.3f} |\n"


def _group(told: Mapping[str, Mapping[str, Any]], by: str, words: str) -> Iterator[str]:
    rows = [
        (kind, group)
        for kind, training in told.items()
        for group in training.get("groups", {}).get(by, [])
    ]
    if not rows:
        return
    yield f"\n## {words}\n\nPairs of real records, cross-validated, at score 0.5; groups of fewer than 50 pairs are "
    yield f"left out.\n\n| kind | {words.lower()} | same | missed | different | called the same |\n|{'---|' * 6}\n"
    for kind, group in rows:
        missed, false = group["missed"], group["false"]
        rates = f"{missed['of']:,} | {_share(missed)} | {false['of']:,} | {_share(false)}"
        yield f"| {kind} | {group['group']} | {rates} |\n"


def _share(found: Mapping[str, float]) -> str:
    if not found["of"]:
        return "-"
    return f"{100 * found['rate']:.1f} % ({100 * found['low']:.1f} … {100 * found['high']:.1f})"
