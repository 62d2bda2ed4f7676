"""SVG chart of F1 on untouched entities over the number of decisions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 360, 56, 40, 44
_SERIES = (("0.5", "#2b6cb0", "merged from 0.5"), ("0.95", "#c05621", "merged from 0.95 (default)"))
_DASHES = ("", "6 4")


def draw_learning_chart(curves: Sequence[Mapping[str, Any]]) -> str:
    """Return the SVG text: a curve per reviewed half (the second is dashed) and threshold."""
    rows = [row for curve in curves for row in curve["rows"]]
    last_decision = max((row["decisions"] for row in rows), default=1) or 1
    low = (
        math.floor(
            10 * min((row[name]["f1"] for row in rows for name, _, _ in _SERIES), default=0.5)
        )
        / 10
    )

    def scale_x(decisions: float) -> float:
        """Return the horizontal position of a number of decisions, in pixels."""
        return LEFT + (WIDTH - LEFT - 24) * decisions / last_decision

    def scale_y(value: float) -> float:
        """Return the vertical position of an F1 value, in pixels."""
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value) / (1 - low)

    parts = [_frame(scale_x, scale_y, low, sorted({row["decisions"] for row in rows}))]
    for dash, curve in zip(_DASHES, curves, strict=False):
        for name, color, _ in _SERIES:
            points = [
                (scale_x(row["decisions"]), scale_y(row[name]["f1"])) for row in curve["rows"]
            ]
            line = " ".join(f"{across:.1f},{up:.1f}" for across, up in points)
            parts.append(
                f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2" '
                f'stroke-dasharray="{dash}"/>'
            )
            parts += [
                f'<circle cx="{across:.1f}" cy="{up:.1f}" r="3" fill="{color}"/>'
                for across, up in points
            ]
    for place, (_, color, label) in enumerate(_SERIES):
        parts.append(
            f'<rect x="{LEFT + 230 * place}" y="12" width="12" height="12" fill="{color}"/>'
        )
        parts.append(_text(LEFT + 230 * place + 18, 22, label))
    title = "F1 after clustering on undecided entities, by number of decisions"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="system-ui, sans-serif" fill="#223" '
        f'role="img"><title>{title}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _frame(scale_x: Any, scale_y: Any, low: float, ticks: Sequence[int]) -> str:
    parts = []
    for step in range(round((1 - low) * 10) + 1):
        value = low + step / 10
        y = scale_y(value)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - 24}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dde"/>'
        )
        parts.append(_text(LEFT - 8, y + 4, f"{value:.1f}", anchor="end"))
    parts += [
        _text(scale_x(tick), HEIGHT - BOTTOM + 18, str(tick), anchor="middle") for tick in ticks
    ]
    parts.append(_text((LEFT + WIDTH - 24) / 2, HEIGHT - 8, "decisions", anchor="middle"))
    return "".join(parts)


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="{anchor}"'
    return f"<text {place}>{escape(text)}</text>"
