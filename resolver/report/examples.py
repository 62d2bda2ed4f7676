"""Which pairs and entities the report shows one by one: the most doubtful pairs and the largest entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from resolver.records import Kind
from resolver.records.results.explanation import Explanation
from resolver.records.results.resolution import Links, Outcome, Resolution
from resolver.report.record_facts import side_by_side, sides
from resolver.report.report_data import ClusterCard, Member, PairCard
from resolver.report.run_figures import Counted

SHOWN_PAIRS = 12
SHOWN_CLUSTERS = 6
SHOWN_MEMBERS = 10
SHOWN_REASONS = 3
Explained = Mapping[tuple[str, str], Explanation]


def pairs_to_explain(resolution: Resolution) -> list[tuple[str, str]]:
    """The pairs of record ids (left < right) whose explanations the report would show; at most some seventy."""
    counted = Counted(resolution)
    links = resolution.links
    shown = {int(place) for place in _borderline(links)}
    for _, members in _largest(counted):
        shown |= {place for place in _strongest(links, members).values() if place >= 0}
    ids = resolution.batch.ids
    return [
        (ids[int(links.left[place])].as_py(), ids[int(links.right[place])].as_py())
        for place in sorted(shown)
    ]


def borderline_cards(resolution: Resolution, explained: Explained) -> tuple[PairCard, ...]:
    """The pairs in review whose score is nearest to the even point, the most doubtful first."""
    links = resolution.links
    places = _borderline(links)
    pairs = [(int(links.left[place]), int(links.right[place])) for place in places]
    shown = sides(resolution.batch, [row for pair in pairs for row in pair])
    cards = []
    for place, (left, right) in zip(places, pairs, strict=True):
        one, other = shown[left], shown[right]
        explanation = explained.get((one.id, other.id))
        cards.append(
            PairCard(one, other, float(links.score[place]), side_by_side(one, other), explanation)
        )
    return tuple(cards)


def _borderline(links: Links) -> list[int]:
    queued = np.flatnonzero(links.outcome == Outcome.QUEUED)
    ranked = np.lexsort((links.right[queued], links.left[queued], np.abs(links.logodds[queued])))
    return [int(place) for place in queued[ranked[:SHOWN_PAIRS]]]


def cluster_cards(counted: Counted, explained: Explained) -> tuple[ClusterCard, ...]:
    """The largest entities, with the strongest link of each record that is shown."""
    resolution = counted.resolution
    links, batch = resolution.links, resolution.batch
    chosen = _largest(counted)
    shown = sides(batch, [row for _, members in chosen for row in members])
    cards = []
    for entity, members in chosen:
        strongest = _strongest(links, members)
        listed = []
        for row in members:
            place = strongest[row]
            if place < 0:
                listed.append(Member(shown[row]))
                continue
            left, right = int(links.left[place]), int(links.right[place])
            pair = (batch.ids[left].as_py(), batch.ids[right].as_py())
            partner = pair[1] if row == left else pair[0]
            listed.append(
                Member(
                    shown[row], partner, float(links.score[place]), _reasons(explained.get(pair))
                )
            )
        known = np.unique(batch.sources.codes[counted.entity == entity])
        cards.append(
            ClusterCard(
                _caption([shown[row].caption for row in members]),
                Kind(int(counted.kinds[entity])).label,
                int(counted.sizes[entity]),
                tuple(counted.names[code] for code in known.tolist()),
                tuple(listed),
            )
        )
    return tuple(cards)


def _caption(captions: Sequence[str]) -> str:
    """The first that is not all capitals, else the first."""
    return next((text for text in captions if not text.isupper()), captions[0])


def _largest(counted: Counted) -> list[tuple[int, list[int]]]:
    """The largest entities of two records or more and the first rows of each."""
    several = np.flatnonzero(counted.sizes > 1)
    ranked = several[np.lexsort((several, -counted.sizes[several]))][:SHOWN_CLUSTERS]
    return [
        (int(entity), np.flatnonzero(counted.entity == entity)[:SHOWN_MEMBERS].tolist())
        for entity in ranked
    ]


def _strongest(links: Links, members: Sequence[int]) -> dict[int, int]:
    """row → place of the strongest merged link that touches it, or -1."""
    merged = links.outcome == Outcome.MERGED
    touched = np.flatnonzero(
        merged & (np.isin(links.left, members) | np.isin(links.right, members))
    )
    found = {}
    for row in members:
        held = touched[(links.left[touched] == row) | (links.right[touched] == row)]
        best = held[np.lexsort((held, -links.logodds[held]))] if len(held) else held
        found[row] = int(best[0]) if len(best) else -1
    return found


def _reasons(explanation: Explanation | None) -> tuple[tuple[str, int], ...]:
    if explanation is None:
        return ()
    # rows without values (calibration, the model's base) say nothing about these two records
    speaking = [row for row in explanation.rows if row.weight > 0 and (row.left or row.right)]
    ranked = sorted(speaking, key=lambda row: -row.weight)
    return tuple((row.name, row.weight) for row in ranked[:SHOWN_REASONS])
