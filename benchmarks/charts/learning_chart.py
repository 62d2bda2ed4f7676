"""A chart of F1 on untouched entities over the number of decisions, as SVG made by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 360, 56, 40, 44
_SERIES = (("0.5", "#2b6cb0", "merged from 0.5"), ("0.95", "#c05621", "merged from 0.95 (default)"))
_DASHES = ("", "6 4")


def chart(curves: Sequence[Mapping[str, Any]]) -> str:
    """The SVG text. A curve for each half that was asked about (the second one dashed) and border."""
    rows = [row for one in curves for row in one["rows"]]
    most = max((row["decisions"] for row in rows), default=1) or 1
    low = (
        math.floor(
            10 * min((row[name]["f1"] for row in rows for name, _, _ in _SERIES), default=0.5)
        )
        / 10
    )

    def x(decisions: float) -> float:
        return LEFT + (WIDTH - LEFT - 24) * decisions / most

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value) / (1 - low)

    parts = [_frame(x, y, low, sorted({row["decisions"] for row in rows}))]
    for dash, one in zip(_DASHES, curves, strict=False):
        for name, colour, _ in _SERIES:
            points = [(x(row["decisions"]), y(row[name]["f1"])) for row in one["rows"]]
            line = " ".join(f"{across:.1f},{up:.1f}" for across, up in points)
            parts.append(
                f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
            )
            parts += [
                f'<circle cx="{across:.1f}" cy="{up:.1f}" r="3" fill="{colour}"/>'
                for across, up in points
            ]
    for place, (_, colour, words) in enumerate(_SERIES):
        parts.append(
            f'<rect x="{LEFT + 230 * place}" y="12" width="12" height="12" fill="{colour}"/>'
        )
        parts.append(_text(LEFT + 230 * place + 18, 22, words))
    title = "F1 after clustering on entities nobody was asked about, by decisions taken"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="system-ui, sans-serif" fill="#223" role="img"><title>{title}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _frame(x: Any, y: Any, low: float, ticks: Sequence[int]) -> str:
    parts = []
    for step in range(round((1 - low) * 10) + 1):
        value = low + step / 10
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - 24}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#dde"/>'
        )
        parts.append(_text(LEFT - 8, y(value) + 4, f"{value:.1f}", anchor="end"))
    parts += [_text(x(tick), HEIGHT - BOTTOM + 18, str(tick), anchor="middle") for tick in ticks]
    parts.append(_text((LEFT + WIDTH - 24) / 2, HEIGHT - 8, "decisions", anchor="middle"))
    return "".join(parts)


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="{anchor}">{escape(text)}</text>'
    )
