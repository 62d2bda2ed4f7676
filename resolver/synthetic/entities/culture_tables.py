"""Values of `CULTURES` and the vocabulary as arrays by culture and gender."""

from __future__ import annotations

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
    start, size, flat = {}, {}, {}
    for part in ("given_name", "family", "middle", "father", "titles"):
        spans = [getattr(row, part) for row in names]
        start[part], size[part], flat[part] = _span_arrays(spans)
    sons = [(row.son_of or Span(-1, 0),) * 2 for row in names]
    start["son_of"], size["son_of"], flat["son_of"] = _span_arrays(sons)
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
        start=start,
        size=size,
        flat=flat,
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


def _span_arrays(spans: list[tuple[Span, Span]]) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    return (
        np.array([[span.start for span in pair] for pair in spans], dtype=np.int64),
        np.array([[span.size for span in pair] for pair in spans], dtype=np.int64),
        np.array([[span.flat for span in pair] for pair in spans]),
    )
