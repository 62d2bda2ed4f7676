"""Report of a screening: one HTML file that shows the hits subject by subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resolver.report.build_report import render_plain_page


@dataclass(frozen=True, slots=True)
class ReportedHit:
    """Hit as the report shows it; `stated` are the values of its subject beside the name."""

    stated: str
    caption: str
    entity_id: str
    score: float
    band: str
    reason: str
    sources: tuple[str, ...]
    not_compared: tuple[str, ...]
    status: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScreeningSummary:
    """Numbers of subjects, of those with hits and of hits, the revision of the store, and the hits
    of the first subjects by what the subject is called.
    """

    title: str
    subjects: int
    subjects_with_hits: int
    hits: int
    revision: int
    shown: Mapping[str, Sequence[ReportedHit]]


def render_screening(summary: ScreeningSummary) -> str:
    """Render the report of a screening. It loads nothing and runs no script."""
    return render_plain_page("screening.html", data=summary)
