"""The report of a run: one HTML file for people who have never seen the tool.

`build_report` counts and picks examples, `render_report` writes the page; `pairs_to_explain` says beforehand which
pairs it would like explained. The report reads results only: nothing here decides anything.
"""

from resolver.report.build_report import build_report
from resolver.report.examples import pairs_to_explain
from resolver.report.html_page import render_report
from resolver.report.report_data import ListRead, Rejected, ReportData

__all__ = [
    "ListRead",
    "Rejected",
    "ReportData",
    "build_report",
    "pairs_to_explain",
    "render_report",
]
