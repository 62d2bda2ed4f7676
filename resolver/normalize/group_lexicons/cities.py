"""Cities and provinces in names of groups, which tell branches apart, with their spellings.

Words of the table `cities` are ASCII, as `folding.letters` gives them. Only places of one word are
listed. Countries come from `rigour`. Spellings are names in other languages and, for cities with
universities, the forms they have in names of institutions there (`Helsingin`, `moskovskiy`). A
place that is missing is compared as any other word.
"""

from __future__ import annotations

from functools import cache
from itertools import groupby
from operator import itemgetter

from resolver.data import load_rows


def city_name(word: str) -> str:
    """Return the usual spelling of the place that a word means; empty if it means none."""
    return _cities().get(word, "")


@cache
def _cities() -> dict[str, str]:
    return {spelling: city for _, city, spelling in load_rows("cities")}


def city_spellings() -> tuple[tuple[str, ...], ...]:
    """Return the spellings of each place in Latin letters, the usual one first."""
    rows = load_rows("cities", script="Latin")
    return tuple(
        (city, *(row[1] for row in spelled if row[1] != city))
        for city, spelled in groupby(rows, itemgetter(0))
    )
