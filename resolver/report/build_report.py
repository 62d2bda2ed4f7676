"""From a resolution to the data of its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from resolver.records.results.explanation import Explanation
from resolver.records.results.resolution import Resolution
from resolver.report.examples import borderline_cards, cluster_cards
from resolver.report.report_data import (
    ListRead,
    Rejected,
    ReportData,
    Scores,
)
from resolver.report.run_figures import (
    Counted,
    overlap,
    reject_groups,
    sizes,
    source_rows,
    totals,
)

SHOWN_WITHDRAWN = 20
SHOWN_LISTS = 60
SHOWN_WARNINGS = 30


def build_report(
    resolution: Resolution,
    *,
    rejects: Sequence[Rejected] = (),
    lists: Sequence[ListRead] = (),
    withdrawn: Sequence[str] = (),
    collapsed: int = 0,
    warnings: Sequence[str] = (),
    explanations: Sequence[Explanation] = (),
    title: str = "Who is the same as whom",
    run: Mapping[str, str] | None = None,
    review_from: float = 0.05,
    match_from: float = 0.95,
) -> ReportData:
    """Count a resolution and pick its examples.

    `explanations`: those of `pairs_to_explain` (others are ignored). `withdrawn`: record ids that a newer version of
    a list no longer holds. `collapsed`: rows that said exactly what another row of the list said. `run`: what else to
    say about the run (command, version), shown as given. `review_from`, `match_from`: the scores at which the bands
    begin.
    """
    counted = Counted(resolution)
    explained = {_ordered(item): item for item in explanations}
    return ReportData(
        title=title,
        totals=totals(counted, len(rejects), collapsed, len(withdrawn)),
        sources=source_rows(counted),
        overlap=overlap(counted),
        scores=Scores(tuple(resolution.stats.score_histogram.tolist()), review_from, match_from),
        sizes=sizes(counted),
        borderline=borderline_cards(resolution, explained),
        clusters=cluster_cards(counted, explained),
        rules=resolution.stats.rules,
        stages=resolution.stats.stages,
        rejects=reject_groups(rejects),
        lists=tuple(lists[:SHOWN_LISTS]),
        withdrawn=tuple(withdrawn[:SHOWN_WITHDRAWN]),
        warnings=tuple(warnings[:SHOWN_WARNINGS]),
        plan=resolution.stats.plan,
        stamp=dict(resolution.stats.stamp),
        run=dict(run or {}),
        more_lists=max(0, len(lists) - SHOWN_LISTS),
    )


def _ordered(item: Explanation) -> tuple[str, str]:
    return (
        (item.left_id, item.right_id)
        if item.left_id < item.right_id
        else (item.right_id, item.left_id)
    )
