"""Examples of a report: the most uncertain pairs, the largest entities, and the entities with the
weakest links.

The module also writes records in readable form: labels, values on one line, and important
properties first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records import Batch, Kind
from resolver.records.labels import PROPERTY_ORDER, display_text, property_label, sort_properties
from resolver.records.properties import LINK_ENTITY
from resolver.records.results.explanation import RELATION_ROW, Explanation
from resolver.records.results.resolution import Links, Outcome, Resolution
from resolver.report import report_data
from resolver.report.charts import ShownEntity, select_entities
from resolver.report.run_figures import RunCounts

SHOWN_VALUES = 6
SHOWN_LETTERS = 160


def format_value(prop: str, text: str) -> str:
    """Format a value of a column on one line, cut to `SHOWN_LETTERS`."""
    line = display_text(prop, text)
    return line if len(line) <= SHOWN_LETTERS else line[: SHOWN_LETTERS - 1].rstrip() + "…"


def describe_records(batch: Batch, rows: Sequence[int]) -> dict[int, report_data.ReportRecord]:
    """Return the views of the records in some rows."""
    values_of = _collect_values(batch, np.unique(np.asarray(rows, dtype=np.int64)))
    sources = batch.sources.values.to_pylist()
    return {
        row: report_data.ReportRecord(
            batch.ids[row].as_py(),
            sources[batch.sources.codes[row]],
            _caption(values, batch.ids[row].as_py()),
            _facts(values),
        )
        for row, values in values_of.items()
    }


def _collect_values(batch: Batch, rows: npt.NDArray[np.int64]) -> dict[int, dict[str, list[str]]]:
    """Return the values of each of some rows (distinct, ascending) by property."""
    values_of: dict[int, dict[str, list[str]]] = {int(row): {} for row in rows}
    for prop, column in batch.columns.items():
        if prop == LINK_ENTITY:
            # relations, addresses and so on already show these values
            continue
        starts = np.searchsorted(column.rows, rows, side="left").tolist()
        ends = np.searchsorted(column.rows, rows, side="right").tolist()
        for row, start, end in zip(rows.tolist(), starts, ends, strict=True):
            if end > start:
                codes = pa.array(column.codes[start:end])
                values_of[row][prop] = column.values.take(codes).to_pylist()
    return values_of


def _caption(values: dict[str, list[str]], identity: str) -> str:
    for props in (
        ("name",),
        ("firstName", "secondName", "middleName", "lastName"),
        ("alias",),
        ("weakAlias",),
    ):
        texts = [values[prop][0] for prop in props if prop in values]
        if texts:
            return format_value("name", " ".join(texts))
    return identity


def _facts(values: dict[str, list[str]]) -> tuple[report_data.Fact, ...]:
    return tuple(
        report_data.Fact(
            property_label(prop),
            tuple(format_value(prop, text) for text in values[prop][:SHOWN_VALUES]),
            max(0, len(values[prop]) - SHOWN_VALUES),
        )
        for prop in sort_properties(values)
    )


def align_facts(
    left: report_data.ReportRecord, right: report_data.ReportRecord
) -> tuple[tuple[str, report_data.Fact | None, report_data.Fact | None], ...]:
    """Align the facts of two records in common rows, and mark the values that both have."""
    left_facts = {fact.label: fact for fact in left.facts}
    right_facts = {fact.label: fact for fact in right.facts}
    order = {fact.label: index for index, fact in enumerate((*left.facts, *right.facts))}
    rank = {property_label(prop): index for index, prop in enumerate(PROPERTY_ORDER)}
    rows = []
    for name in sorted(order, key=lambda name: (rank.get(name, len(rank)), name)):
        left_fact, right_fact = left_facts.get(name), right_facts.get(name)
        if left_fact is not None and right_fact is not None:
            left_texts = {_normalize(text) for text in left_fact.values}
            shared = left_texts & {_normalize(text) for text in right_fact.values}
            left_fact = _mark_shared(left_fact, shared)
            right_fact = _mark_shared(right_fact, shared)
        rows.append((name, left_fact, right_fact))
    return tuple(rows)


def _mark_shared(fact: report_data.Fact, shared: set[str]) -> report_data.Fact:
    return report_data.Fact(
        fact.label,
        fact.values,
        fact.hidden_count,
        frozenset(text for text in fact.values if _normalize(text) in shared),
    )


def _normalize(text: str) -> str:
    return " ".join(text.casefold().split())


SHOWN_PAIRS = 12
SHOWN_REASONS = 3
Explanations = Mapping[tuple[str, str], Explanation]


def select_pairs_to_explain(resolution: Resolution) -> list[tuple[str, str]]:
    """Return the pairs of record ids (left < right) that the report explains, at most about a
    hundred.
    """
    links = resolution.links
    places = {int(place) for place in _select_borderline(links)}
    entities = select_entities(RunCounts(resolution))
    for shown in entities.largest:
        places |= set(_find_strongest_links(links, shown.rows).values())
    places |= {shown.weakest for shown in (*entities.largest, *entities.weakest)}
    return [_pair_ids(resolution, place) for place in sorted(places - {-1})]


def _pair_ids(resolution: Resolution, index: int) -> tuple[str, str]:
    ids, links = resolution.batch.ids, resolution.links
    return ids[int(links.left[index])].as_py(), ids[int(links.right[index])].as_py()


def build_borderline_cards(
    resolution: Resolution, explanations: Explanations
) -> tuple[report_data.PairCard, ...]:
    """Build cards of the pairs in review with log-odds nearest to 0, most uncertain first."""
    links = resolution.links
    indices = _select_borderline(links)
    pairs = [(int(links.left[index]), int(links.right[index])) for index in indices]
    views = describe_records(resolution.batch, [row for pair in pairs for row in pair])
    cards = []
    for index, (left, right) in zip(indices, pairs, strict=True):
        left_view, right_view = views[left], views[right]
        explanation = explanations.get((left_view.id, right_view.id))
        score, facts = float(links.score[index]), align_facts(left_view, right_view)
        cards.append(report_data.PairCard(left_view, right_view, score, facts, explanation))
    return tuple(cards)


def _select_borderline(links: Links) -> list[int]:
    queued = np.flatnonzero(links.outcome == Outcome.QUEUED)
    ranked = np.lexsort((links.right[queued], links.left[queued], np.abs(links.logodds[queued])))
    return [int(place) for place in queued[ranked[:SHOWN_PAIRS]]]


def build_cluster_cards(
    counts: RunCounts, entities: Sequence[ShownEntity], explanations: Explanations
) -> tuple[report_data.ClusterCard, ...]:
    """Build cards of some entities, with the strongest link of each record shown."""
    batch = counts.resolution.batch
    views = describe_records(batch, [row for shown in entities for row in shown.rows])
    cards = []
    for shown in entities:
        members = _build_members(counts.resolution, shown, views, explanations)
        sources = np.unique(batch.sources.codes[counts.entity == shown.entity]).tolist()
        weakest = None
        if shown.weakest >= 0:
            weakest = explanations.get(_pair_ids(counts.resolution, shown.weakest))
        cards.append(
            report_data.ClusterCard(
                _choose_caption([member.record.caption for member in members]),
                Kind(int(counts.kinds[shown.entity])).label,
                int(counts.sizes[shown.entity]),
                tuple(counts.names[code] for code in sources),
                members,
                report_data.EntityGraph(
                    tuple(member.record.caption for member in members),
                    shown.edges,
                    shown.hidden_links,
                ),
                weakest,
            )
        )
    return tuple(cards)


def _build_members(
    resolution: Resolution,
    shown: ShownEntity,
    views: Mapping[int, report_data.ReportRecord],
    explanations: Explanations,
) -> tuple[report_data.ClusterMember, ...]:
    """Return the records of an entity that are shown, each with its strongest link."""
    members = []
    for row, index in _find_strongest_links(resolution.links, shown.rows).items():
        if index < 0:
            members.append(report_data.ClusterMember(views[row]))
            continue
        pair = _pair_ids(resolution, index)
        partner = pair[1] if pair[0] == views[row].id else pair[0]
        reasons = _list_reasons(explanations.get(pair))
        score = float(resolution.links.score[index])
        members.append(report_data.ClusterMember(views[row], partner, score, reasons))
    return tuple(members)


def _choose_caption(captions: Sequence[str]) -> str:
    """Return the first caption that is not all capitals; if there is none, the first caption."""
    return next((text for text in captions if not text.isupper()), captions[0])


def _find_strongest_links(links: Links, members: Sequence[int]) -> dict[int, int]:
    """Return row → index of the strongest merged link of the record, or -1."""
    merged = links.outcome == Outcome.MERGED
    touched = np.flatnonzero(
        merged & (np.isin(links.left, members) | np.isin(links.right, members))
    )
    strongest = {}
    for row in members:
        candidates = touched[(links.left[touched] == row) | (links.right[touched] == row)]
        best = (
            candidates[np.lexsort((candidates, -links.logodds[candidates]))]
            if len(candidates)
            else candidates
        )
        strongest[row] = int(best[0]) if len(best) else -1
    return strongest


def _list_reasons(explanation: Explanation | None) -> tuple[tuple[str, int], ...]:
    if explanation is None:
        return ()
    # Rows without values (calibration, base rate) are not about these two records.
    supporting = [row for row in explanation.rows if row.weight > 0 and (row.left or row.right)]
    ranked = sorted(supporting, key=lambda row: -row.weight)
    return tuple(
        (row.detail if row.name == RELATION_ROW else row.name, row.weight)
        for row in ranked[:SHOWN_REASONS]
    )
