"""FtM entities of matches, and explanations of their scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from resolver.merging import build_ftm_entities
from resolver.normalize import country_code
from resolver.records.prepared.record_values import RecordValues, concat_values
from resolver.records.results.explanation import Explanation
from resolver.records.results.resolution import Band
from resolver.scoring import Thresholds
from resolver.scoring.competition import add_competition
from resolver.screening.entity_index import IndexPlace, IndexSnapshot
from resolver.screening.ranking import Hit


class LazyExplanations:
    """Explanations of the hits of one answer, all computed when the first is requested."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._hits: list[Hit] = []

    def add(self, hit: Hit) -> Callable[[], Explanation]:
        """Add a hit, and return the function that explains it."""
        self._hits.append(hit)
        return lambda: self._explain(hit)

    def _explain(self, hit: Hit) -> Explanation:
        hits, self._hits = self._hits, []
        for scored_pairs in {id(added.scored_pairs): added.scored_pairs for added in hits}.values():
            scored_pairs.prepare_explanations(
                [added.pair for added in hits if added.scored_pairs is scored_pairs]
            )
        explanation = hit.scored_pairs.explanation(hit.pair, self._thresholds)
        explanation = add_competition(explanation, hit.weight, hit.others, self._thresholds)
        return replace(explanation, band=Band.REVIEW) if hit.is_crowded else explanation


def build_match_documents(
    hits: Sequence[IndexPlace], snapshot: IndexSnapshot
) -> list[dict[str, Any]]:
    """Build the FtM entities of some hits, in their order.

    All hits are built together, so no note depends on how records are spread over segments.
    """
    if not hits:
        return []
    parts: list[RecordValues] = []
    owners: list[int] = []
    for number in sorted({hit.segment for hit in hits}):
        places = [place for place, hit in enumerate(hits) if hit.segment == number]
        segment = snapshot.segments[number]
        records, owner = segment.read_values([hits[place].row for place in places])
        parts.append(records)
        owners += [places[place] for place in owner]
    entity_ids = [hit.id for hit in hits]
    return build_ftm_entities(concat_values(parts), owners, entity_ids, country_code)
