"""Look of charts: one palette for light and one for dark pages, on a background of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Palette:
    """Colors as `#rrggbb`; each is legible on `background` (4.5 to 1 for texts, 3 for marks)."""

    background: str
    text: str
    grid: str
    good: str
    bad: str
    middle: str
    quiet: str


LIGHT = Palette("#ffffff", "#1f2937", "#d1d5db", "#1d6fa5", "#b4541a", "#7c5cbf", "#6b7280")
DARK = Palette("#111827", "#e5e7eb", "#374151", "#5fb0e8", "#f0945a", "#b79cf0", "#9ca3af")


def style_chart(chart: Any, palette: Palette) -> Any:
    """Return a chart in the colors of a palette."""
    axis = {
        "labelColor": palette.text,
        "titleColor": palette.text,
        "gridColor": palette.grid,
        "domainColor": palette.quiet,
        "tickColor": palette.quiet,
        "labelLimit": 280,
    }
    return (
        chart.configure(background=palette.background)
        .configure_axis(**axis)
        .configure_legend(labelColor=palette.text, titleColor=palette.text)
        .configure_title(color=palette.text, anchor="start", subtitleColor=palette.text)
        .configure_view(stroke=None)
    )
