"""Values of `CULTURES` and the vocabulary as arrays by culture and gender."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from resolver.synthetic.geography import load_geography
from resolver.synthetic.names.cultures import CULTURES, REGIONS
from resolver.synthetic.names.name_lexicon import (
    Ints,
    Span,
)
from resolver.synthetic.names.vocabulary import load_vocabulary


@dataclass(frozen=True, slots=True)
class CultureTables:
    """Values of `CULTURES` and the vocabulary as arrays by culture (and gender: 0 men, 1 women)."""

    weight: npt.NDArray[np.float64]
    start: dict[str, Ints]
    size: dict[str, Ints]
    flat: dict[str, npt.NDArray[np.float64]]
    exponent: dict[str, npt.NDArray[np.float64]]
    rate: dict[str, npt.NDArray[np.float64]]
    countries: Ints
    country_count: Ints
    regions: Ints
    home_of: Ints
    """Region in which most live, by country."""


@cache
def culture_tables() -> CultureTables:
    """Return the tables, built once per process."""
    names = load_vocabulary().names
    spans_of: dict[str, list[tuple[Span, Span]]] = {
        part: [getattr(row, part) for row in names]
        for part in ("given_name", "family", "middle", "father", "titles")
    }
    spans_of["son_of"] = [(row.son_of or Span(-1, 0),) * 2 for row in names]
    geo = load_geography()
    lists = [
        [geo.index[code.lower()] for code in culture.countries.split()] for culture in CULTURES
    ]
    longest = max(map(len, lists))
    home = np.zeros(len(geo.codes), dtype=np.int64)
    for culture, countries in reversed(list(zip(CULTURES, lists, strict=True))):
        home[countries] = REGIONS.index(culture.regions[0])
    return CultureTables(
        weight=np.array([culture.weight for culture in CULTURES]),
        start=_span_numbers(spans_of, "start"),
        size=_span_numbers(spans_of, "size"),
        flat=_span_values(spans_of, "flat"),
        exponent=_span_values(spans_of, "exponent"),
        rate={
            part: np.array([getattr(culture, part) for culture in CULTURES])
            for part in ("middle", "father", "grandfather", "family", "second", "pets")
        },
        countries=np.array(
            [(countries * longest)[:longest] for countries in lists], dtype=np.int64
        ),
        country_count=np.array([len(countries) for countries in lists], dtype=np.int64),
        regions=np.array(
            [[REGIONS.index(r) for r in (culture.regions * 2)[:2]] for culture in CULTURES],
            dtype=np.int64,
        ),
        home_of=home,
    )


_SpansOf = dict[str, list[tuple[Span, Span]]]


def _span_numbers(spans_of: _SpansOf, attribute: str) -> dict[str, Ints]:
    return {part: np.array(rows, np.int64) for part, rows in _rows_of(spans_of, attribute)}


def _span_values(spans_of: _SpansOf, attribute: str) -> dict[str, npt.NDArray[np.float64]]:
    return {part: np.array(rows, np.float64) for part, rows in _rows_of(spans_of, attribute)}


def _rows_of(spans_of: _SpansOf, attribute: str) -> Iterator[tuple[str, list[list[float]]]]:
    """Yield the values of an attribute by culture and gender of each part."""
    for part, spans in spans_of.items():
        yield part, [[getattr(span, attribute) for span in pair] for pair in spans]
