"""The report as one HTML file: no script, nothing from the network, and a policy in its head that forbids both.

All values are escaped by the template engine; the only markup made elsewhere are the charts, which escape what they
are given.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from resolver.records.results.explanation import EvidenceRow, Explanation
from resolver.report.charts import NARROW, WIDE, bar, score_chart, short, weight_bar
from resolver.report.report_data import Overlap, ReportData

_LEVELS = 6
_SMALL = 100  # thousandths of log-odds: too little to move a score by three percent
_KIND_WORDS = {
    "person": ("person", "persons"),
    "group": ("group or company", "groups and companies"),
    "legal": ("person or group, not said which", "persons or groups, not said which"),
    "asset": ("vessel, aircraft or other asset", "vessels, aircraft and other assets"),
}


def render_report(data: ReportData) -> str:
    """The text of report.html. Its size is bounded whatever the size of the run, about 50 to 500 KB."""
    style = _file("style.css")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        _environment()
        .get_template("report.html")
        .render(
            data=data,
            totals=data.totals,
            style=Markup(style),  # our own file; escaping would break its hash
            policy=policy,
            wide=score_chart(data.scores, WIDE, "wide"),
            narrow=score_chart(data.scores, NARROW, "narrow"),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader({name: _file(name) for name in ("report.html", "cards.html")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        bar=bar,
        weight_bar=weight_bar,
        heat=_heat,
        kinds=_kinds,
        kind_word=_kind_word,
        split_evidence=_split_evidence,
    )
    environment.filters.update(
        n=_whole, short=short, weight=_weight, plural=_plural, percent=_percent, seconds=_seconds
    )
    return environment


@cache
def _file(name: str) -> str:
    return (resources.files("resolver.report") / "templates" / name).read_text("utf-8")


def _whole(number: int) -> str:
    return f"{number:,}"


def _weight(thousandths: int) -> str:
    """`1234` → `+1.23`, with a true minus sign; what rounds to nothing has no sign."""
    if abs(thousandths) < 5:
        return "0.00"
    return f"{'−' if thousandths < 0 else '+'}{abs(thousandths) / 1000:.2f}"


def _plural(number: int, one: str, many: str | None = None) -> str:
    """`1 record`, `2 records`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _percent(score: float) -> str:
    """A probability in percent: whole, but never 0 or 100."""
    if score >= 0.995:
        return "over 99 %"
    return "under 1 %" if score < 0.005 else f"{100 * score:.0f} %"


def _seconds(number: float) -> str:
    if number < 60:
        return f"{number:.2f} s" if number < 10 else f"{number:.1f} s"
    minutes, rest = divmod(round(number), 60)
    return f"{minutes} min {rest:02d} s"


def _split_evidence(explanation: Explanation) -> tuple[list[EvidenceRow], int, int]:
    """The rows that matter, and how many small ones there are beside them with which sum. A single small one stays."""
    small = [row for row in explanation.rows if abs(row.weight) < _SMALL]
    if len(small) < 2:
        return list(explanation.rows), 0, 0
    return (
        [row for row in explanation.rows if abs(row.weight) >= _SMALL],
        len(small),
        sum(row.weight for row in small),
    )


def _kind_word(kind: str) -> str:
    return _KIND_WORDS.get(kind, (kind, kind))[0]


def _kinds(counts: dict[str, int]) -> str:
    """`1,200 persons, 80 groups and companies and 1 vessel, …`"""
    parts = [_plural(count, *_KIND_WORDS[kind]) for kind, count in counts.items() if count]
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _heat(overlap: Overlap, row: int, column: int) -> int:
    """How strongly a cell is coloured, 0 to 6, by the root of its share of the largest."""
    counts = overlap.counts
    largest = max(
        (count for i, held in enumerate(counts) for j, count in enumerate(held) if i != j),
        default=0,
    )
    count = counts[row][column]
    return max(1, round(_LEVELS * (count / largest) ** 0.5)) if count else 0
