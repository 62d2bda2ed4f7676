"""SVG chart of items per second and stage on one core: bars on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

LEFT, WIDTH, BAR, GAP, HEAD = 290, 480, 14, 6, 62
LOWEST, HIGHEST = 4, 8
"""Powers of ten at the ends of the axis."""
COLOR, LIMIT = "#2b6cb0", "#a0aec0"


def draw_stage_chart(stages: Sequence[Mapping[str, Any]]) -> str:
    """Return the SVG text of the rows under `stages` in `speed.json`.

    Bars of the underlying library, measured for comparison, are gray.
    """
    parts, top, last = [], HEAD, ""
    for stage in stages:
        if stage["set"] != last:
            last = stage["set"]
            parts.append(_text(12, top + 12, last, weight="bold"))
            top += BAR + GAP
        is_library = stage["stage"].startswith("rapidfuzz")
        end = _x(stage["per_second"])
        parts.append(_text(LEFT - 8, top + 11, stage["stage"], anchor="end"))
        fill = LIMIT if is_library else COLOR
        parts.append(
            f'<rect x="{LEFT}" y="{top}" width="{end - LEFT:.1f}" height="{BAR}" fill="{fill}"/>'
        )
        parts.append(
            _text(
                end + 5, top + 11, f"{short_number(stage['per_second'])} {stage['unit']}", size=11
            )
        )
        top += BAR + GAP
    return _frame("".join(parts), top + GAP)


def short_number(number: float) -> str:
    """Return a number with two digits: 56 thousand as `56k`, 880 thousand as `0.88M`."""
    return f"{number / 1e6:.2g}M" if number >= 1e5 else f"{number / 1e3:.2g}k"


def _x(per_second: float) -> float:
    share = (math.log10(max(per_second, 1.0)) - LOWEST) / (HIGHEST - LOWEST)
    return LEFT + WIDTH * min(max(share, 0.005), 1.0)


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, weight: str = "normal"
) -> str:
    place = f'x="{x:.1f}" y="{y}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}"'
    return f"<text {place}>{escape(text)}</text>"


def _frame(body: str, bottom: int) -> str:
    ticks = []
    for power in range(LOWEST, HIGHEST + 1):
        x = _x(10.0**power) if power > LOWEST else float(LEFT)
        ticks.append(
            f'<line x1="{x:.1f}" y1="{HEAD - 8}" x2="{x:.1f}" y2="{bottom - GAP}" stroke="#ccd"/>'
        )
        ticks.append(_text(x, HEAD - 14, short_number(10.0**power), anchor="middle", size=10))
    title = "Items per second on one core"
    width = LEFT + WIDTH + 120
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {bottom}" '
        f'width="{width}" height="{bottom}" font-family="system-ui, sans-serif" fill="#223" '
        f'role="img"><title>{title}</title>'
        f'<rect width="{width}" height="{bottom}" fill="#fff"/>'
        f"{_text(LEFT, 22, title)}{''.join(ticks)}{body}</svg>\n"
    )
