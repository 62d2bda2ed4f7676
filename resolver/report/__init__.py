"""Report of a run: one HTML file for readers who do not know the tool.

`build_report` counts and selects examples, `render_report` writes the page,
`select_pairs_to_explain` returns the pairs that need an explanation first. The report only reads
results.
"""

from resolver.report.build_report import (
    SCRIPT_SOURCE,
    build_report,
    render_report,
    render_screening,
)
from resolver.report.examples import select_pairs_to_explain
from resolver.report.report_data import (
    IntakeSummary,
    ListSummary,
    RejectedItem,
    ReportData,
    ReportedHit,
    ReportThresholds,
    ScreeningSummary,
)

__all__ = [
    "SCRIPT_SOURCE",
    "IntakeSummary",
    "ListSummary",
    "RejectedItem",
    "ReportData",
    "ReportThresholds",
    "ReportedHit",
    "ScreeningSummary",
    "build_report",
    "render_report",
    "render_screening",
    "select_pairs_to_explain",
]
