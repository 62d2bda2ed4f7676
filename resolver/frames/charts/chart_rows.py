"""Rows that charts draw: the figures of a result as plain values, weights in nats."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from resolver.errors import InputError, UnknownIdError
from resolver.frames.results import Result
from resolver.model_set import load_models
from resolver.models.loader import KINDS
from resolver.records import KIND_BY_LABEL
from resolver.records.results.explanation import Explanation
from resolver.records.results.resolution import Outcome
from resolver.reference.plurals import pluralize
from resolver.report.entity_graphs import WEAK_BELOW
from resolver.report.pattern_figures import build_pattern_table
from resolver.report.report_views import ReportThresholds
from resolver.report.threshold_figures import build_threshold_tool
from resolver.scoring import Term

Rows = list[dict[str, Any]]
MAX_MEMBERS = 40
"""Rows of an entity that a chart shows."""
MAX_VALUES = 25
"""Most frequent values that a chart shows."""
MAX_SETS = 20
"""Combinations of sources that a chart shows."""


def weight_rows(result: Result, kind: str | None = None) -> Rows:
    """Return the weight of each interval of each comparator of a kind, in nats.

    `kind`: person, group or asset (default: that of most records). `reach` of a comparator is its
    largest weight for or against; comparators without weights are left out.
    """
    stats = result.resolution.stats
    models = load_models(result.options.model_dir).for_population(stats.plan, stats.population)
    if kind is not None and kind not in models.models:
        raise InputError(f"no model is called {kind!r}", hint=f"use {', '.join(models.models)}")
    rows: Rows = []
    for term in models.models[kind or _main_kind(result)].terms:
        reach = max(abs(weight) for weight in term.weights) / 1000
        rows += [] if not reach else _term_rows(term, reach)
    return sorted(rows, key=lambda row: (-row["reach"], row["comparator"], row["similarity"]))


def _main_kind(result: Result) -> str:
    kinds = Counter(result.resolution.batch.kinds.tolist())
    return max(KINDS, key=lambda label: kinds[int(KIND_BY_LABEL[label])])


def _term_rows(term: Term, reach: float) -> Rows:
    bounds = [0.0, *term.cuts, 1.0]
    return [
        {
            "comparator": term.feature,
            "similarity": min(max(high, 0.0), 1.0),
            "interval": f"similarity {max(low, 0.0):.2f} to {min(high, 1.0):.2f}",
            "weight": weight / 1000,
            "reach": reach,
        }
        for low, high, weight in zip(bounds[:-1], bounds[1:], term.weights[:-1], strict=True)
    ]


def threshold_rows(result: Result) -> Rows:
    """Return expected wrong merges and missed matches for each probability to merge at."""
    thresholds = _thresholds(result)
    tool = build_threshold_tool(result.resolution, thresholds)
    place = tool.review_thresholds.index(thresholds.review)
    rows: Rows = []
    for merge_at, figures in zip(tool.merge_thresholds, tool.grid, strict=True):
        at = figures[place]
        # what waits for review is found by people, so that it is no error
        for outcome, pairs in (
            ("wrong merges", at.wrong),
            ("missed matches", at.missed),
            ("pairs to review", float(at.reviews)),
        ):
            rows.append({"merge at": merge_at, "outcome": outcome, "pairs": pairs})
    return rows


def _thresholds(result: Result) -> ReportThresholds:
    own = result.options.thresholds
    return ReportThresholds(own.review, own.match, result.options.merge_at)


def distribution_rows(result: Result) -> Rows:
    """Return the number of scored pairs in 50 bins of the probability, with the band of each."""
    histogram = result.resolution.stats.score_histogram
    width = 1 / len(histogram)
    thresholds = result.options.thresholds
    return [
        {
            "from": number * width,
            "to": (number + 1) * width,
            "pairs": count,
            "band": thresholds.band((number + 0.5) * width).label,
        }
        for number, count in enumerate(histogram.tolist())
        if count
    ]


def cluster_rows(result: Result, entity_id: int) -> tuple[Rows, Rows]:
    """Return the rows of an entity on a circle, and the links among them.

    A link is weak below a probability of 0.99. Raises `UnknownIdError` for an unknown entity.
    """
    places = [
        (side, int(row))
        for side, entities in enumerate(result.entity_ids)
        for row in np.flatnonzero(entities == entity_id)
    ][:MAX_MEMBERS]
    if not places:
        raise UnknownIdError(f"there is no entity {entity_id}", hint="see result.clusters")
    records = [int(result.tables[side].records[row]) for side, row in places]
    captions = _captions(result, records)
    nodes = [
        {
            "row": str(result.tables[side].labels[row]),
            "caption": captions.get(record, ""),
            "x": round(math.sin(2 * math.pi * number / len(places)), 6),
            "y": round(math.cos(2 * math.pi * number / len(places)), 6),
        }
        for number, ((side, row), record) in enumerate(zip(places, records, strict=True))
    ]
    node_of = {record: node for record, node in zip(records, nodes, strict=True) if record >= 0}
    links = result.resolution.links
    inside = np.flatnonzero(np.isin(links.left, records) & np.isin(links.right, records))
    edges = []
    for place in inside.tolist():
        left, right = node_of[int(links.left[place])], node_of[int(links.right[place])]
        edge = {"left": left["row"], "right": right["row"], "x": left["x"], "y": left["y"]}
        score = float(links.score[place])
        strength = link_strength(score, int(links.outcome[place]))
        edges.append(
            {**edge, "x2": right["x"], "y2": right["y"], "probability": score, "link": strength}
        )
    return nodes, edges


def link_strength(score: float, outcome: int) -> str:
    """Return what a link is called: strong or weak where it merges, else by its outcome."""
    if outcome != Outcome.MERGED:
        return Outcome(outcome).label
    return "weak" if score < WEAK_BELOW else "strong"


def _captions(result: Result, records: Sequence[int]) -> dict[int, str]:
    rows = np.array(sorted(record for record in records if record >= 0), dtype=np.int64)
    part = result.resolution.batch.take(rows).to_records()
    return {row: record.caption for row, record in zip(rows.tolist(), part, strict=True)}


def waterfall_rows(explanation: Explanation) -> Rows:
    """Return the sum of a pair step by step: where each row begins and ends, in nats."""
    rows: Rows = []
    total = 0
    for row in explanation.rows:
        if not row.weight:
            continue
        begin, total = total, total + row.weight
        sign = "for" if row.weight > 0 else "against"
        step = {"step": len(rows), "evidence": row.name, "begin": begin / 1000, "end": total / 1000}
        values = {"left": row.left, "right": row.right}
        rows.append({**step, "weight": row.weight / 1000, "speaks": sign, **values})
    end = {"step": len(rows), "evidence": "sum", "begin": 0.0, "end": total / 1000}
    return [*rows, {**end, "weight": total / 1000, "speaks": "sum", "left": "", "right": ""}]


def overlap_rows(result: Result, by: str | None = None) -> Rows:
    """Return how many entities each combination of sources has in common, the most first.

    `by`: column that names the source of a row; None after `link`: the two tables. Raises
    `InputError` where that is missing.
    """
    sources: dict[int, set[str]] = {}
    for number, entities in enumerate(result.entity_ids):
        names = _source_names(result, number, by)
        for entity, name in zip(entities.tolist(), names, strict=True):
            sources.setdefault(entity, set()).add(name)
    counts = Counter(tuple(sorted(names)) for names in sources.values())
    return [
        {"sources": " and ".join(names), "number of sources": len(names), "entities": count}
        for names, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_SETS]
    ]


def _source_names(result: Result, number: int, by: str | None) -> list[str]:
    table = result.tables[number].table
    if by is None:
        if len(result.tables) == 1:
            raise InputError(
                "one table has no sources of its own",
                hint='say which column names them: overlap(by="agency")',
            )
        return [("left", "right")[number]] * table.rows
    if by not in table.names:
        raise InputError(f"the table has no column {by!r}", hint=f"it has {', '.join(table.names)}")
    cells = table.cells(table.names.index(by), 0, table.rows)
    values = cells if isinstance(cells, list) else cells.to_pylist()
    return ["unknown" if value is None or value != value else str(value) for value in values]


def frequency_rows(result: Result, prop: str) -> Rows:
    """Return the most frequent values of a property, with the number of records that state each.

    Raises `InputError` for a property without values.
    """
    columns = result.resolution.batch.columns
    if prop not in columns:
        raise InputError(
            f"no record states {prop!r}", hint=f"there is {', '.join(sorted(columns))}"
        )
    column = columns[prop]
    counts = np.bincount(column.codes, minlength=len(column.values))
    order = np.argsort(-counts, kind="stable")[:MAX_VALUES].tolist()
    return [
        {"value": column.values[code].as_py(), "records": int(counts[code])}
        for code in order
        if counts[code]
    ]


def pattern_rows(result: Result) -> Rows:
    """Return the outcome of each topic in the most frequent patterns of agreement."""
    figures = build_pattern_table(result.resolution, _thresholds(result))
    rows: Rows = []
    for number, pattern in enumerate(figures.rows if figures else ()):
        pairs = pattern.match + pattern.review + pattern.distinct
        title = f"{number + 1}: {pluralize(pairs, 'pair')}, mean {pattern.mean_score:.3f}"
        for topic, outcome in pattern.outcomes:
            rows.append(
                {"pattern": title, "order": number, "topic": topic, "outcome": str(outcome)}
            )
    return rows
