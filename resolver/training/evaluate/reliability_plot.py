"""Reliability plot: share of true pairs by score, as SVG without scripts or fonts.

Equal figures give equal bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_SIZE, _EDGE, _GAP = 220, 34, 24
_BAR = 40


def render_reliability_plot(bins: Mapping[str, Sequence[Sequence[float]]]) -> str:
    """Return an SVG with one panel per kind.

    `bins` maps kind → rows of (low, high, pairs, mean score, share of true pairs).
    """
    width = _EDGE + len(bins) * (_SIZE + _GAP + _EDGE)
    height = _SIZE + _BAR + 3 * _EDGE
    panels = [
        _panel(kind, rows, _EDGE + number * (_SIZE + _GAP + _EDGE), _EDGE)
        for number, (kind, rows) in enumerate(bins.items())
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="11" role="img" '
        'aria-label="Reliability: share of true pairs by score">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>{"".join(panels)}</svg>\n'
    )


def _panel(kind: str, rows: Sequence[Sequence[float]], left: int, top: int) -> str:
    bottom, right = top + _SIZE, left + _SIZE
    highest = max((row[2] for row in rows), default=1.0) or 1.0
    parts = [
        f'<text x="{left}" y="{top - 10}" font-weight="bold">{kind}</text>',
        f'<rect x="{left}" y="{top}" width="{_SIZE}" height="{_SIZE}" fill="none" stroke="#999"/>',
        f'<line x1="{left}" y1="{bottom}" x2="{right}" y2="{top}" stroke="#999" '
        'stroke-dasharray="4 3"/>',
        *(_tick(left, bottom, share) for share in (0.0, 0.5, 1.0)),
        f'<text x="{left + _SIZE // 2}" y="{bottom + _BAR + 30}" text-anchor="middle">'
        "score; bars: pairs</text>",
    ]
    points = [(left + row[3] * _SIZE, bottom - row[4] * _SIZE) for row in rows]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#1f5fa8" stroke-width="1.5"/>')
    for (x, y), row in zip(points, rows, strict=True):
        bar_height = _BAR * row[2] / highest
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#1f5fa8"/>')
        parts.append(
            f'<rect x="{left + row[0] * _SIZE:.1f}" y="{bottom + 18 + _BAR - bar_height:.1f}" '
            f'width="{(row[1] - row[0]) * _SIZE - 1:.1f}" height="{bar_height:.1f}" fill="#bbb"/>'
        )
    return "".join(parts)


def _tick(left: int, bottom: int, share: float) -> str:
    x, y = left + share * _SIZE, bottom - share * _SIZE
    return (
        f'<text x="{x:.0f}" y="{bottom + 13}" text-anchor="middle">{share:g}</text>'
        f'<text x="{left - 5}" y="{y + 4:.0f}" text-anchor="end">{share:g}</text>'
    )
