"""Examples of a report: the most uncertain pairs and the largest entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from resolver.records import Kind
from resolver.records.results.explanation import Explanation
from resolver.records.results.resolution import Links, Outcome, Resolution
from resolver.report.record_facts import align_facts, describe_records
from resolver.report.report_data import ClusterCard, ClusterMember, PairCard
from resolver.report.run_figures import RunCounts

SHOWN_PAIRS = 12
SHOWN_CLUSTERS = 6
SHOWN_MEMBERS = 10
SHOWN_REASONS = 3
Explanations = Mapping[tuple[str, str], Explanation]


def select_pairs_to_explain(resolution: Resolution) -> list[tuple[str, str]]:
    """Return the pairs of record ids (left < right) that the report explains, at most about
    seventy.
    """
    counts = RunCounts(resolution)
    links = resolution.links
    shown = {int(place) for place in _select_borderline(links)}
    for _, members in _select_largest(counts):
        shown |= {place for place in _find_strongest_links(links, members).values() if place >= 0}
    ids = resolution.batch.ids
    return [
        (ids[int(links.left[place])].as_py(), ids[int(links.right[place])].as_py())
        for place in sorted(shown)
    ]


def build_borderline_cards(
    resolution: Resolution, explanations: Explanations
) -> tuple[PairCard, ...]:
    """Build cards of the pairs in review with log-odds nearest to 0, most uncertain first."""
    links = resolution.links
    places = _select_borderline(links)
    pairs = [(int(links.left[place]), int(links.right[place])) for place in places]
    views = describe_records(resolution.batch, [row for pair in pairs for row in pair])
    cards = []
    for place, (left, right) in zip(places, pairs, strict=True):
        left_view, right_view = views[left], views[right]
        explanation = explanations.get((left_view.id, right_view.id))
        score, facts = float(links.score[place]), align_facts(left_view, right_view)
        cards.append(PairCard(left_view, right_view, score, facts, explanation))
    return tuple(cards)


def _select_borderline(links: Links) -> list[int]:
    queued = np.flatnonzero(links.outcome == Outcome.QUEUED)
    ranked = np.lexsort((links.right[queued], links.left[queued], np.abs(links.logodds[queued])))
    return [int(place) for place in queued[ranked[:SHOWN_PAIRS]]]


def build_cluster_cards(counts: RunCounts, explanations: Explanations) -> tuple[ClusterCard, ...]:
    """Build cards of the largest entities, with the strongest link of each record shown."""
    resolution = counts.resolution
    links, batch = resolution.links, resolution.batch
    largest = _select_largest(counts)
    views = describe_records(batch, [row for _, members in largest for row in members])
    cards = []
    for entity, members in largest:
        strongest = _find_strongest_links(links, members)
        cluster_members = []
        for row in members:
            place = strongest[row]
            if place < 0:
                cluster_members.append(ClusterMember(views[row]))
                continue
            left, right = int(links.left[place]), int(links.right[place])
            pair = (batch.ids[left].as_py(), batch.ids[right].as_py())
            partner = pair[1] if row == left else pair[0]
            cluster_members.append(
                ClusterMember(
                    views[row],
                    partner,
                    float(links.score[place]),
                    _list_reasons(explanations.get(pair)),
                )
            )
        source_codes = np.unique(batch.sources.codes[counts.entity == entity])
        cards.append(
            ClusterCard(
                _choose_caption([views[row].caption for row in members]),
                Kind(int(counts.kinds[entity])).label,
                int(counts.sizes[entity]),
                tuple(counts.names[code] for code in source_codes.tolist()),
                tuple(cluster_members),
            )
        )
    return tuple(cards)


def _choose_caption(captions: Sequence[str]) -> str:
    """Return the first caption that is not all capitals, else the first."""
    return next((text for text in captions if not text.isupper()), captions[0])


def _select_largest(counts: RunCounts) -> list[tuple[int, list[int]]]:
    """Return the largest entities of two records or more, and the first rows of each."""
    merged = np.flatnonzero(counts.sizes > 1)
    ranked = merged[np.lexsort((merged, -counts.sizes[merged]))][:SHOWN_CLUSTERS]
    return [
        (int(entity), np.flatnonzero(counts.entity == entity)[:SHOWN_MEMBERS].tolist())
        for entity in ranked
    ]


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
    return tuple((row.name, row.weight) for row in ranked[:SHOWN_REASONS])
