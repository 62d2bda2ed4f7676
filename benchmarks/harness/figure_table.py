"""Tables of figures as text for the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS = (
    "set",
    "tool",
    "pairs",
    "cand R",
    "P",
    "R",
    "F1",
    "best F1",
    "(at)",
    "clu P",
    "clu R",
    "clu F1",
    "B³ P",
    "B³ R",
    "B³ F1",
    "F1 def",
    "B³ def",
    "P@R99",
    "Brier",
    "log loss",
    "ECE",
    "s",
    "MiB",
)
HELP = (
    "pairs, cand R: candidate pairs and the share of true pairs among them. "
    "P, R, F1: pairs at the tool's own threshold, before clustering. "
    "best F1 (at): with the threshold chosen on the truth. clu, B³: after clustering at 0.5; "
    "def: at the tool's default merge threshold. "
    "P@R99: precision at recall 0.99 of all true pairs (– where not reached). "
    "Brier, log loss, ECE: over candidate pairs. s, MiB: the whole process, and its peak memory."
)


def figure_rows(figures: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Return one row of texts for each row of figures, under `COLUMNS`."""
    return [_row(figure) for figure in figures]


def _row(figure: Mapping[str, Any]) -> tuple[str, ...]:
    even, default_threshold = _cluster_figures(figure)
    pairwise, cubed = (even.get("pairwise") or {}), (even.get("b_cubed") or {})
    errors = figure.get("probability") or {}
    return (
        f"{figure['set']} {figure['variant']}".strip(),
        figure["tool"],
        f"{figure['candidates']:,}",
        _share(figure.get("candidate_recall")),
        *(_share(figure["own"][key]) for key in ("precision", "recall", "f1")),
        _share(figure["best"]["f1"]),
        f"{figure['best']['threshold']:.3g}",
        *(_share(pairwise.get(key)) for key in ("precision", "recall", "f1")),
        *(_share(cubed.get(key)) for key in ("precision", "recall", "f1")),
        _share((default_threshold.get("pairwise") or {}).get("f1")),
        _share((default_threshold.get("b_cubed") or {}).get("f1")),
        _share(figure["precision_at_recall_99"]),
        *(_share(errors.get(key)) for key in ("brier", "log_loss", "calibration")),
        f"{figure['seconds']['whole']:.1f}",
        f"{figure['peak_mib']:,.0f}",
    )


def _cluster_figures(figure: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the figures of clusters at 0.5, and at the other merge threshold of the tool."""
    clusters = figure["clusters"]
    other: Mapping[str, Any] = next(
        (value for threshold, value in clusters.items() if threshold != "0.5"), {}
    )
    return clusters.get("0.5", {}), other


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def format_text(lines: Sequence[Sequence[str]], head: Sequence[str] = COLUMNS) -> str:
    """Return columns side by side; the first two are left-aligned, the others right-aligned."""
    widths = [max(len(line[place]) for line in (head, *lines)) for place in range(len(head))]
    shown = [_line(line, widths) for line in (head, *lines)]
    return "\n".join([shown[0], "-" * len(shown[0]), *shown[1:]])


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    cells = [text.rjust(width) for text, width in zip(texts, widths, strict=True)]
    cells[:2] = [text.ljust(width) for text, width in zip(texts[:2], widths, strict=False)]
    return "  ".join(cells)


def format_markdown(lines: Sequence[Sequence[str]], head: Sequence[str] = COLUMNS) -> str:
    """Return a Markdown table."""
    ruler = ["---", "---", *["---:"] * (len(head) - 2)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, ruler, *lines))


def split_rows(figures: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Return one row per part of judged sets.

    Columns: set, tool, part, precision, recall and F1 at the tool's own threshold, wrong pairs,
    best F1.
    """
    return [
        (
            figure["set"],
            figure["tool"],
            part,
            *(_share(split["own"][key]) for key in ("precision", "recall", "f1")),
            str(split["own"]["wrong"]),
            _share(split["best"]["f1"]),
        )
        for figure in figures
        for part, split in figure.get("split", {}).items()
    ]


SPLIT_COLUMNS = ("set", "tool", "part", "P", "R", "F1", "wrong", "best F1")
