"""The report of a run: one HTML file for people who have never seen the tool.

`build_report` counts and picks examples, `render_report` writes the page; `pairs_to_explain` says beforehand which
pairs it would like explained. The report reads results only: nothing here decides anything.
"""

from resolver.report.build import build_report
from resolver.report.data import ListRead, Rejected, ReportData
from resolver.report.examples import pairs_to_explain
from resolver.report.page import render_report

__all__ = ["ListRead", "Rejected", "ReportData", "build_report", "pairs_to_explain", "render_report"]
