"""The true persons of one chunk, as arrays: who they are, not what anybody wrote of them.

Among them are twins, fathers and sons of one name, namesakes born in one year, siblings, and people who use forged
documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from resolver.synthetic.geography import geography
from resolver.synthetic.names.cultures import CULTURES, REGIONS
from resolver.synthetic.names.name_lexicon import (
    Bools,
    Ints,
    Span,
    rank,
)
from resolver.synthetic.names.vocabulary import vocabulary
from resolver.synthetic.random_columns import Dice

Days = npt.NDArray[np.datetime64]
FIRST_DAY, DAYS = np.datetime64("1944-01-01"), 22_600  # to the end of 2005
TWIN, FATHER_SON, NAMESAKE, SIBLING = 1, 2, 3, 4
ROLES = {
    TWIN: "twin",
    FATHER_SON: "father and son of one name",
    NAMESAKE: "namesake of one year",
    SIBLING: "sibling",
}
# Per pair of neighbours, the chance of each of the above.
_PAIRS = (0.010, 0.008, 0.012, 0.015)


@dataclass(frozen=True, slots=True)
class Persons:
    """n persons. Name parts are words of the lexicon, −1 where the full name holds none. `father` is his given name
    in the form the child bears, `father_given` the name itself; `maiden` a woman's family name before marriage.
    `regions` (n × 2): home and where active. `other_nationality` −1 for none. `partner`: the other of a special pair,
    else −1; `bond` which pair."""

    culture: Ints
    male: Bools
    given: Ints
    middle: Ints
    father: Ints
    father_given: Ints
    grandfather: Ints
    son_of: Ints
    family: Ints
    second: Ints
    maiden: Ints
    title: Ints
    born: Days
    exact: Bools
    """Whether anybody knows the day of birth; else the papers say the first of January."""
    country: Ints
    city: Ints
    nationality: Ints
    other_nationality: Ints
    residence: Ints
    regions: Ints
    uses_pet: Bools
    known_by: Ints
    partner: Ints
    bond: Ints

    def __len__(self) -> int:
        return len(self.culture)


@dataclass(frozen=True, slots=True)
class _Tables:
    """What `CULTURES` and the vocabulary say, as arrays by culture (and gender: 0 men, 1 women)."""

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
def tables() -> _Tables:
    """The tables, made once a process."""
    names = vocabulary().names
    start, size, flat = {}, {}, {}
    for part in ("given", "family", "middle", "father", "titles"):
        spans = [getattr(row, part) for row in names]
        start[part], size[part], flat[part] = _span_arrays(spans)
    sons = [(row.son_of or Span(-1, 0),) * 2 for row in names]
    start["son_of"], size["son_of"], flat["son_of"] = _span_arrays(sons)
    geo = geography()
    lists = [
        [geo.index[code.lower()] for code in culture.countries.split()] for culture in CULTURES
    ]
    longest = max(map(len, lists))
    home = np.zeros(len(geo.codes), dtype=np.int64)
    for culture, countries in reversed(list(zip(CULTURES, lists, strict=True))):
        home[countries] = REGIONS.index(culture.regions[0])
    return _Tables(
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


# Where most who are smuggled or smuggle turn up besides home.
_ACTIVE = {
    "western-europe": 5.0,
    "balkans": 2.0,
    "aegean": 2.0,
    "anatolia": 2.0,
    "maghreb": 2.0,
    "iberia": 1.5,
    "americas": 1.0,
}


_DESTINATIONS = (
    "DE",
    "DE",
    "FR",
    "GB",
    "IT",
    "SE",
    "NL",
    "BE",
    "AT",
    "ES",
    "GR",
    "TR",
    "AE",
    "US",
    "CA",
)


@cache
def _destinations() -> Ints:
    geo = geography()
    return np.array([geo.index[code.lower()] for code in _DESTINATIONS], dtype=np.int64)


def make_persons(
    dice: Dice, count: int, culture: int | None = None, *, pairs: bool = True
) -> Persons:
    """`count` persons of all cultures, or of one (a place in `CULTURES`); `pairs`: some neighbours are twins and the
    like."""
    table, geo = tables(), geography()
    special = _make_pairs(dice, count if pairs else 0)
    cultures = (
        dice.choose(count, table.weight)
        if culture is None
        else np.full(count, culture, dtype=np.int64)
    )
    male = dice.chance(count, 0.82)
    cultures[special.second] = cultures[special.first]
    for members in special.of(FATHER_SON):
        male[members] = True
    first, second = special.of(NAMESAKE)
    male[second] = male[first]
    gender = (~male).astype(np.int64)
    men = np.zeros_like(gender)
    father_rank = _rank(dice, "given", cultures, men)
    country = table.countries[cultures, dice.below(count, table.country_count[cultures])]
    has = {part: dice.chance(count, rates[cultures]) for part, rates in table.rate.items()}
    none = np.full(count, -1, dtype=np.int64)
    abroad = _destinations()[dice.below(count, len(_destinations()))]
    moved = dice.chance(count, 0.6)
    active = np.where(
        moved,
        dice.choose(count, [_ACTIVE.get(region, 0.4) for region in REGIONS]),
        table.home_of[country],
    )
    home = np.where(dice.chance(count, 0.8), table.regions[cultures, 0], table.regions[cultures, 1])
    persons = Persons(
        culture=cultures,
        male=male,
        given=_draw(dice, "given", cultures, gender),
        middle=np.where(has["middle"], _draw(dice, "middle", cultures, gender), none),
        father=np.where(has["father"], table.start["father"][cultures, gender] + father_rank, none),
        father_given=table.start["given"][cultures, 0] + father_rank,
        grandfather=np.where(
            has["grandfather"] & has["father"], _draw(dice, "given", cultures, men), none
        ),
        son_of=np.where(
            dice.chance(count, 0.12) & has["father"] & male,
            _draw(dice, "son_of", cultures, gender),
            none,
        ),
        family=np.where(has["family"], _draw(dice, "family", cultures, gender), none),
        second=np.where(has["second"], _draw(dice, "family", cultures, gender), none),
        maiden=np.where(
            ~male & dice.chance(count, 0.3), _draw(dice, "family", cultures, gender), none
        ),
        title=_draw(dice, "titles", cultures, gender),
        born=FIRST_DAY + np.floor(DAYS * dice.uniform(count, 3).mean(axis=1)).astype(np.int64),
        exact=dice.chance(count, 0.93),
        country=country,
        city=geo.pick_city(dice, country),
        nationality=country.copy(),
        other_nationality=np.where(dice.chance(count, 0.08), abroad, none),
        residence=np.where(moved, abroad, country),
        regions=np.stack([home, active], axis=1),
        uses_pet=has["pets"],
        known_by=dice.below(count, 3),
        partner=none.copy(),
        bond=np.zeros(count, dtype=np.int64),
    )
    _share(dice, persons, special)
    return persons


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Special pairs: rows of the first and the second, and what binds them."""

    first: Ints
    second: Ints
    kind: Ints

    def of(self, kind: int) -> tuple[Ints, Ints]:
        """The pairs of one kind."""
        return self.first[self.kind == kind], self.second[self.kind == kind]


def _make_pairs(dice: Dice, count: int) -> _Pairs:
    """Some of the neighbours (2k, 2k + 1)."""
    pairs = count // 2
    kind = np.searchsorted(np.cumsum(_PAIRS), dice.uniform(pairs), side="right") + 1
    chosen = kind <= len(_PAIRS)
    first = np.flatnonzero(chosen).astype(np.int64) * 2
    return _Pairs(first, first + 1, kind[chosen])


def _rank(dice: Dice, part: str, cultures: Ints, gender: Ints) -> Ints:
    table = tables()
    return rank(
        dice.uniform(len(cultures)),
        table.size[part][cultures, gender],
        table.flat[part][cultures, gender],
    )


def _draw(dice: Dice, part: str, cultures: Ints, gender: Ints) -> Ints:
    """A word of a part, −1 where the culture has none."""
    size = tables().size[part][cultures, gender]
    return np.where(
        size > 0, tables().start[part][cultures, gender] + _rank(dice, part, cultures, gender), -1
    )


def _share(dice: Dice, persons: Persons, pairs: _Pairs) -> None:
    """The second of each pair takes from the first what they have in common."""
    first, second = pairs.first, pairs.second
    persons.partner[first], persons.partner[second] = second, first
    persons.bond[first] = persons.bond[second] = pairs.kind
    persons.maiden[first] = persons.maiden[second] = -1
    persons.family[second] = _in_gender(persons, "family", persons.family[first], first, second)
    for kind in (TWIN, SIBLING, FATHER_SON):
        _copy(persons, ("country", "city", "nationality"), *pairs.of(kind))
    for kind in (TWIN, SIBLING):
        a, b = pairs.of(kind)
        _copy(persons, ("father_given", "grandfather", "second"), a, b)
        persons.father[b] = _in_gender(persons, "father", persons.father[a], a, b)
    _copy(persons, ("born", "exact"), *pairs.of(TWIN))
    a, b = pairs.of(TWIN)
    same = b[persons.given[a] == persons.given[b]]
    neighbour = tables().start["given"][
        persons.culture[same], (~persons.male[same]).astype(np.int64)
    ]
    persons.given[same] = neighbour + (persons.given[same] == neighbour)
    a, b = pairs.of(FATHER_SON)
    _copy(persons, ("given", "middle", "second"), a, b)
    persons.father_given[b] = persons.given[a]
    as_father = _moved(persons.given[a], persons.culture[a], "given", "father")
    persons.father[b] = np.where(persons.father[b] >= 0, as_father, -1)
    persons.born[a] = np.minimum(persons.born[a], FIRST_DAY + DAYS - 40 * 366)
    persons.born[b] = persons.born[a] + 19 * 366 + dice.below(len(b), 18 * 365)
    a, b = pairs.of(NAMESAKE)
    _copy(persons, ("given", "middle"), a, b)
    persons.born[b] = persons.born[a].astype("datetime64[Y]").astype("datetime64[D]") + dice.below(
        len(b), 365
    )


def _copy(persons: Persons, parts: tuple[str, ...], source: Ints, target: Ints) -> None:
    for part in parts:
        values = getattr(persons, part)
        values[target] = values[source]


def _in_gender(persons: Persons, part: str, words: Ints, whose: Ints, wanted: Ints) -> Ints:
    """Words of `part` that `whose` bear, in the form for the gender of `wanted` (persons of the same cultures)."""
    start = tables().start[part]
    culture = persons.culture[whose]
    theirs, other = (
        start[culture, (~persons.male[rows]).astype(np.int64)] for rows in (whose, wanted)
    )
    return np.where(words >= 0, words - theirs + other, -1)


def _moved(words: Ints, culture: Ints, source: str, target: str) -> Ints:
    """Men's words of one part as the words of the same rank of another."""
    start = tables().start
    return np.asarray(words - start[source][culture, 0] + start[target][culture, 0])
