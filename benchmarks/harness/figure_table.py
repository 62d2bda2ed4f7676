"""The figures as a table on the terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS = (
    "set", "tool", "pairs", "cand R", "P", "R", "F1", "best F1", "(at)", "clu P", "clu R", "clu F1", "B³ P", "B³ R",
    "B³ F1", "F1 def", "B³ def", "P@R99", "Brier", "log loss", "ECE", "s", "MiB",
)  # fmt: skip
HELP = (
    "pairs, cand R: candidate pairs and the share of true pairs among them. P, R, F1: pairs at the tool's own "
    "threshold, before clustering. best F1 (at): with the threshold chosen on the truth. clu, B³: after clustering at "
    "0.5; def: at the tool's default merge border. P@R99: precision at recall 0.99 of all true pairs (– where not "
    "reached). Brier, log loss, ECE: over candidate pairs. s, MiB: the whole process, and its peak memory."
)


def rows(figures: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """One row of texts for each figure row, under `COLUMNS`."""
    return [_row(one) for one in figures]


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    at, default = _borders(one)
    pairwise, cubed = (at.get("pairwise") or {}), (at.get("b_cubed") or {})
    errors = one.get("probability") or {}
    return (
        f"{one['set']} {one['variant']}".strip(),
        one["tool"],
        f"{one['candidates']:,}",
        *(_share(one.get("candidate_recall")),),
        *(_share(one["own"][key]) for key in ("precision", "recall", "f1")),
        _share(one["best"]["f1"]),
        f"{one['best']['threshold']:.3g}",
        *(_share(pairwise.get(key)) for key in ("precision", "recall", "f1")),
        *(_share(cubed.get(key)) for key in ("precision", "recall", "f1")),
        _share((default.get("pairwise") or {}).get("f1")),
        _share((default.get("b_cubed") or {}).get("f1")),
        _share(one["precision_at_recall_99"]),
        *(_share(errors.get(key)) for key in ("brier", "log_loss", "calibration")),
        f"{one['seconds']['whole']:.1f}",
        f"{one['peak_mib']:,.0f}",
    )


def _borders(one: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The figures of clusters at 0.5, and at the other border a tool gave."""
    found = one["clusters"]
    other: Mapping[str, Any] = next(
        (value for border, value in found.items() if border != "0.5"), {}
    )
    return found.get("0.5", {}), other


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def plain(lines: Sequence[Sequence[str]], head: Sequence[str] = COLUMNS) -> str:
    """Columns side by side; the first two to the left, the others to the right."""
    widths = [max(len(line[place]) for line in (head, *lines)) for place in range(len(head))]
    shown = [_line(line, widths) for line in (head, *lines)]
    return "\n".join([shown[0], "-" * len(shown[0]), *shown[1:]])


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    cells = [text.rjust(width) for text, width in zip(texts, widths, strict=True)]
    cells[:2] = [text.ljust(width) for text, width in zip(texts[:2], widths, strict=False)]
    return "  ".join(cells)


def markdown(lines: Sequence[Sequence[str]], head: Sequence[str] = COLUMNS) -> str:
    """The same as a Markdown table."""
    ruler = ["---", "---", *["---:"] * (len(head) - 2)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, ruler, *lines))


def splits(figures: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Rows of the parts of judged sets: set, tool, part, P, R, F1 at the own threshold, wrong pairs, best F1."""
    return [
        (
            one["set"],
            one["tool"],
            part,
            *(_share(split["own"][key]) for key in ("precision", "recall", "f1")),
            str(split["own"]["wrong"]),
            _share(split["best"]["f1"]),
        )
        for one in figures
        for part, split in one.get("split", {}).items()
    ]


SPLIT_COLUMNS = ("set", "tool", "part", "P", "R", "F1", "wrong", "best F1")
