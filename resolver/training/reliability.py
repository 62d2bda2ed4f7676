"""Reliability: the share of true pairs among pairs with one score, by group and bin of the score.

The plot shows reliability as SVG without scripts or fonts; equal figures give equal bytes. Quality
is measured for groups of pairs by kind, source, script, culture, field and evidence. The culture
follows from the nationality of a record, or else from another of its countries. This is rough, but
it shows whom a model serves worse. Cultures have the names that the probes use for them, if the
probes have such a culture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.data import load_pairs
from resolver.records import Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch, Ragged
from resolver.reference import text_scripts

Words = npt.NDArray[np.object_]
Masks = dict[str, npt.NDArray[np.bool_]]

UNKNOWN, MIXED = "unknown", "mixed"
CULTURE_OF_COUNTRY = load_pairs("culture_countries")

_FIELDS: Mapping[str, Callable[[PreparedBatch], IntArray]] = {
    "birth date": lambda prepared: prepared.births.counts,
    "birth place": lambda prepared: prepared.birth_places.counts,
    "nationality": lambda prepared: prepared.nationalities.counts,
    "gender": lambda prepared: prepared.gender.astype(np.int32),
    "identifier": lambda prepared: prepared.identifiers.counts,
    "address": lambda prepared: prepared.addresses.counts,
}


def record_scripts(prepared: PreparedBatch) -> Words:
    """Return the script of each record's names: `Latin`, or the first non-Latin one used."""
    scripts = np.array([_script(text) for text in prepared.forms.texts], dtype=object)
    return _first(prepared.names, scripts, "Latin")


def _script(text: str | None) -> str:
    others = (
        sorted(text_scripts(text) - {"Latin", "Common", "Inherited"})
        if text and not text.isascii()
        else []
    )
    return str(others[0]) if others else ""


def record_cultures(prepared: PreparedBatch) -> Words:
    """Return each record's name culture, or `unknown` if no country implies one."""
    words = np.array(
        [CULTURE_OF_COUNTRY.get(code, "") for code in prepared.country_codes], dtype=object
    )
    by_nationality = _ordered(prepared.nationalities, words)
    return np.where(by_nationality == UNKNOWN, _ordered(prepared.countries, words), by_nationality)


def _ordered(side: Ragged, words: Words) -> Words:
    return _first(side, words, UNKNOWN)


def _first(side: Ragged, words: Words, otherwise: str) -> Words:
    """Return, for each row, the first of its items that is not empty, or `otherwise`."""
    first_words = np.full(len(side), otherwise, dtype=object)
    positions = (
        np.flatnonzero(words[side.items] != "") if len(side.items) else np.zeros(0, dtype=np.int64)
    )
    rows = side.rows[positions][::-1]
    # the last assignment wins, so assign in reverse order to keep the first
    first_words[rows] = words[side.items][positions][::-1]
    return first_words


def combine_sides(left: Words, right: Words, neutral: str) -> Words:
    """Return the word of each pair: `mixed` if both sides have different words and neither word is
    `neutral`.
    """
    combined = np.where(left == neutral, right, left)
    return np.where((left != right) & (left != neutral) & (right != neutral), MIXED, combined)


def group_masks(words: Words) -> Masks:
    """Return a mask of pairs for each word, sorted by word."""
    return {str(word): words == word for word in sorted(set(words.tolist()))}


def pair_group_masks(prepared: PreparedBatch, left: IntArray, right: IntArray, by: str) -> Masks:
    """Return masks of pairs of record rows, one for each group of a dimension (`DIMENSIONS`).

    In `missing` a pair may belong to several groups; a field is missing if either side lacks it.
    """
    return DIMENSIONS[by](prepared, left, right)


def _kind(prepared: PreparedBatch, left: IntArray, right: IntArray) -> Masks:
    labels = np.array([Kind(int(kind)).label for kind in prepared.kinds], dtype=object)
    return group_masks(combine_sides(labels[left], labels[right], Kind.LEGAL.label))


def _source(prepared: PreparedBatch, left: IntArray, right: IntArray) -> Masks:
    source = np.array(
        [str(identity).partition(":")[0] for identity in prepared.ids.to_pylist()], dtype=object
    )
    words = [
        " × ".join(sorted(pair))
        for pair in zip(source[left].tolist(), source[right].tolist(), strict=True)
    ]
    return group_masks(np.array(words, dtype=object))


def _script_of_pairs(prepared: PreparedBatch, left: IntArray, right: IntArray) -> Masks:
    script = record_scripts(prepared)
    return group_masks(combine_sides(script[left], script[right], "Latin"))


def _culture(prepared: PreparedBatch, left: IntArray, right: IntArray) -> Masks:
    culture = record_cultures(prepared)
    return group_masks(combine_sides(culture[left], culture[right], UNKNOWN))


def _evidence(prepared: PreparedBatch, left: IntArray, right: IntArray) -> Masks:
    """Return masks of pairs by the first field that both sides state: an identifier, a birth date,
    another field, or else only names.
    """
    identifier, birth_date, other = (
        np.logical_or.reduce([present[left] & present[right] for present in fields])
        for fields in _stated_fields(prepared)
    )
    return {
        "identifier": identifier,
        "birth date": birth_date & ~identifier,
        "other": other & ~identifier & ~birth_date,
        "names only": ~(identifier | birth_date | other),
    }


def _stated_fields(prepared: PreparedBatch) -> tuple[list[npt.NDArray[np.bool_]], ...]:
    """Return masks of the records that state an identifier, a birth date, and each other field."""
    others = (
        prepared.starts,
        prepared.nationalities,
        prepared.countries,
        prepared.birth_places,
        prepared.addresses,
        *(values for values, _ in prepared.plain.values()),
    )
    return (
        [prepared.identifiers.counts > 0],
        [prepared.births.counts > 0],
        [prepared.gender != 0, *(values.counts > 0 for values in others)],
    )


def _missing(prepared: PreparedBatch, left: IntArray, right: IntArray) -> Masks:
    masks, is_complete = {}, np.ones(len(left), dtype=bool)
    for field, counts in _FIELDS.items():
        is_present = counts(prepared) > 0
        is_missing = ~(is_present[left] & is_present[right])
        is_complete &= ~is_missing
        masks[f"no {field}"] = is_missing
    return {"nothing missing": is_complete, **masks}


DIMENSIONS: Mapping[str, Callable[[PreparedBatch, IntArray, IntArray], Masks]] = {
    "kind": _kind,
    "source": _source,
    "script": _script_of_pairs,
    "culture": _culture,
    "missing": _missing,
    "evidence": _evidence,
}


EDGES = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 1.0)
"""Edges of the bins; a score on an edge counts to the bin above it, 1 to the last."""
REVIEW = (0.05, 0.95)
"""Scores of the pairs that count as reviews, the upper end left out."""
MIN_BIN_PAIRS = 50
"""Minimum number of pairs of a bin that a gap is read from."""
_BINS = len(EDGES) - 1


@dataclass(frozen=True, slots=True)
class BinTotals:
    """Sums over the pairs of a group in each bin: pairs, scores and true pairs.

    `records` is the number of records that the pairs come from. The totals of several sets can be
    added.
    """

    pairs: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]
    same: npt.NDArray[np.int64]
    records: int

    def __add__(self, other: BinTotals) -> BinTotals:
        return BinTotals(
            self.pairs + other.pairs,
            self.scores + other.scores,
            self.same + other.same,
            self.records + other.records,
        )


@dataclass(frozen=True, slots=True)
class ScoreBin:
    """Pairs scored from `low` to `high`: their number, mean score and share of true pairs."""

    low: float
    high: float
    pairs: int
    score: float
    true: float

    @property
    def gap(self) -> float:
        """Difference of mean score and share of true pairs, minus two standard errors of the share;
        at least 0.
        """
        variance = max(self.true * (1 - self.true), 1 / self.pairs)
        return max(abs(self.score - self.true) - 2 * math.sqrt(variance / self.pairs), 0.0)


@dataclass(frozen=True, slots=True)
class GroupReliability:
    """Bins of one group that hold pairs, in rising order; `records` is as in `BinTotals`."""

    name: str
    records: int
    bins: tuple[ScoreBin, ...]

    @property
    def pairs(self) -> int:
        """Number of pairs of all bins."""
        return sum(row.pairs for row in self.bins)

    @property
    def gap(self) -> float | None:
        """Largest gap of the bins with at least `MIN_BIN_PAIRS` pairs; None if there are no such
        bins.
        """
        return max((row.gap for row in self._large), default=None)

    @property
    def widest(self) -> ScoreBin | None:
        """Bin with the largest gap; None if no bin has a gap."""
        gaps = (row for row in self._large if row.gap > 0)
        return max(gaps, key=lambda row: row.gap, default=None)

    @property
    def reviews(self) -> int:
        """Number of pairs with scores in `REVIEW`."""
        return sum(row.pairs for row in self._reviewed)

    @property
    def true_reviews(self) -> float | None:
        """Share of true pairs among the reviews; None if there are no reviews."""
        true = sum(row.true * row.pairs for row in self._reviewed)
        return true / self.reviews if self.reviews else None

    @property
    def _large(self) -> list[ScoreBin]:
        return [row for row in self.bins if row.pairs >= MIN_BIN_PAIRS]

    @property
    def _reviewed(self) -> list[ScoreBin]:
        low, high = REVIEW
        return [row for row in self.bins if row.low >= low and row.high <= high]


def total_bins(
    score: npt.NDArray[np.float64],
    same: npt.NDArray[np.bool_],
    masks: Masks,
    records: Mapping[str, int],
) -> dict[str, BinTotals]:
    """Sum up scored pairs by group and bin.

    `score` and `same` (the truth) have one value per pair, as the mask of each group has;
    `records` is the number of records of each group.
    """
    bins = np.searchsorted(EDGES[1:-1], score, side="right")
    return {
        name: BinTotals(
            np.bincount(bins[mask], minlength=_BINS),
            np.bincount(bins[mask], weights=score[mask], minlength=_BINS).astype(np.float64),
            np.bincount(bins[mask & same], minlength=_BINS),
            records[name],
        )
        for name, mask in masks.items()
    }


def pool_totals(parts: Iterable[Mapping[str, BinTotals]]) -> dict[str, BinTotals]:
    """Add up the totals of several sets of records by group, in the order of first mention."""
    pooled: dict[str, BinTotals] = {}
    for part in parts:
        for name, totals in part.items():
            pooled[name] = pooled[name] + totals if name in pooled else totals
    return pooled


def measure_reliability(totals: Mapping[str, BinTotals]) -> list[GroupReliability]:
    """Return the reliability of each group that has pairs."""
    groups = []
    for name, sums in totals.items():
        bins = tuple(
            ScoreBin(
                EDGES[number],
                EDGES[number + 1],
                int(count),
                float(sums.scores[number] / count),
                float(sums.same[number] / count),
            )
            for number, count in enumerate(sums.pairs)
            if count
        )
        if bins:
            groups.append(GroupReliability(name, sums.records, bins))
    return groups


def reliability_to_json(groups: Sequence[GroupReliability]) -> list[dict[str, Any]]:
    """Return groups as JSON data, shares rounded to four digits.

    `bins` has rows of low, high, pairs, mean score and share of true pairs; `gap` is the largest
    `ScoreBin.gap` of bins with `MIN_BIN_PAIRS` pairs or more (null without such bins), and `gap_at`
    the ends of that bin (null without a gap).
    """
    return [
        {
            "group": group.name,
            "records": group.records,
            "pairs": group.pairs,
            "reviews": group.reviews,
            "reviews_per_record": round(group.reviews / max(group.records, 1), 4),
            "true_reviews": _rounded(group.true_reviews),
            "gap": _rounded(group.gap),
            "gap_at": [group.widest.low, group.widest.high] if group.widest else None,
            "bins": [
                [row.low, row.high, row.pairs, round(row.score, 4), round(row.true, 4)]
                for row in group.bins
            ],
        }
        for group in groups
    ]


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def format_reliability(by: str, groups: Sequence[GroupReliability]) -> list[str]:
    """Return the lines of a table with one row for each group."""
    width = _name_width(by, groups)
    head = f"{'pairs':>12}{'reviews':>10}{'per record':>12}{'true':>9}{'gap':>8}  at scores"
    lines = [f"{by:<{width}}{head}"]
    for group in groups:
        share, gap, widest = group.true_reviews, group.gap, group.widest
        cells = (
            f"{group.pairs:>12,}",
            f"{group.reviews:>10,}",
            f"{group.reviews / max(group.records, 1):>12.3f}",
            f"{'-' if share is None else f'{100 * share:.1f} %':>9}",
            f"{'-' if gap is None else f'{gap:.3f}':>8}",
            "" if widest is None else f"  {widest.low:g} … {widest.high:g}",
        )
        lines.append(f"{group.name:<{width}}{''.join(cells)}")
    return lines


def format_bins(by: str, groups: Sequence[GroupReliability]) -> list[str]:
    """Return the lines of a table with one row for each group and bin."""
    width = _name_width(by, groups)
    lines = [f"{by:<{width}}  {'scores':<13}{'pairs':>12}{'score':>8}{'true':>8}"]
    for group in groups:
        for row in group.bins:
            scores = f"{row.low:g} … {row.high:g}"
            shares = f"{row.score:>8.3f}{row.true:>8.3f}"
            lines.append(f"{group.name:<{width}}  {scores:<13}{row.pairs:>12,}{shares}")
    return lines


def _name_width(by: str, groups: Sequence[GroupReliability]) -> int:
    return max([len(by), *(len(group.name) for group in groups)])


_SIZE, _EDGE, _GAP = 220, 34, 24
_BAR = 40


def render_reliability_plot(bins: Mapping[str, Sequence[Sequence[float]]]) -> str:
    """Return an SVG with one panel for each kind.

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
