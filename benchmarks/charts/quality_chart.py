"""SVG chart of F1 after clustering and B³: one pair of bars for each tool on each set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

LEFT, WIDTH, BAR, GAP, HEAD = 250, 520, 11, 16, 56
COLORS = (("pairwise", "#2b6cb0", "F1 of pairs"), ("b_cubed", "#c05621", "B³ F1"))


def draw_quality_chart(figures: Sequence[Mapping[str, Any]]) -> str:
    """Return the SVG text; the axis runs from 0.5 to 1.

    Sets without clusters show the F1 of their scores.
    """
    parts, top = [], HEAD
    for figure in figures:
        name = f"{figure['set']} {figure['variant']}".strip() + f" · {figure['tool']}"
        parts.append(_text(LEFT - 8, top + BAR + 3, name, anchor="end"))
        for key, color, _ in COLORS:
            value = _value(figure, key)
            if value is not None:
                width = f"{_x(value) - LEFT:.1f}"
                parts.append(
                    f'<rect x="{LEFT}" y="{top}" width="{width}" height="{BAR}" fill="{color}"/>'
                )
                parts.append(_text(_x(value) + 5, top + BAR - 2, f"{value:.4f}", size=10))
            top += BAR
        top += GAP
    return _frame("".join(parts), top)


def _value(figure: Mapping[str, Any], key: str) -> float | None:
    clusters = figure["clusters"].get("0.5")
    if clusters is None:
        return float(figure["own"]["f1"]) if key == "pairwise" else None
    return float(clusters[key]["f1"]) if clusters[key] else None


def _x(value: float) -> float:
    return LEFT + WIDTH * max(0.0, value - 0.5) / 0.5


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 12) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
    return f"<text {place}>{escape(text)}</text>"


def _frame(body: str, bottom: int) -> str:
    legend, x = [], LEFT
    for _, color, label in COLORS:
        legend.append(f'<rect x="{x}" y="10" width="12" height="12" fill="{color}"/>')
        legend.append(_text(x + 17, 20, label))
        x += 130
    lines = [
        f'<line x1="{_x(tick):.1f}" y1="{HEAD - 8}" x2="{_x(tick):.1f}" y2="{bottom - GAP // 2}" '
        'stroke="#ccd"/>' + _text(_x(tick), HEAD - 14, f"{tick:.1f}", anchor="middle", size=10)
        for tick in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    ]
    width = LEFT + WIDTH + 60
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {bottom}" '
        f'width="{width}" height="{bottom}" font-family="system-ui, sans-serif" fill="#223" '
        'role="img"><title>F1 after clustering at 0.5</title>'
        f'<rect width="{width}" height="{bottom}" fill="#fff"/>'
        f"{''.join(legend)}{''.join(lines)}{body}</svg>\n"
    )
