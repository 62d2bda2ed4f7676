"""True persons of one chunk as arrays, independent of the records about them.

Some of them are twins, fathers and sons with the same name, namesakes born in the same year,
siblings, and users of forged documents. `CultureTables` has the values of `CULTURES` and the
vocabulary as arrays by culture and gender.

`Vocabulary` has the name lists of all cultures in one lexicon, built once per process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from resolver.world import asian_lists, european_lists, name_lists
from resolver.world.cultures import CULTURES, REGIONS, load_geography
from resolver.world.name_lexicon import (
    Bools,
    Dice,
    Ints,
    LexiconBuilder,
    Span,
    SpellingLexicon,
    draw_ranks,
)
from resolver.world.name_lists import NameLists, TailPair, WordPair, make_plain_words


@dataclass(frozen=True, slots=True)
class NameSpans:
    """Spans of a culture's names in the lexicon, as pairs of men's and women's names; see
    `NameLists`.
    """

    given_name: tuple[Span, Span]
    family: tuple[Span, Span]
    middle: tuple[Span, Span]
    father: tuple[Span, Span]
    titles: tuple[Span, Span]
    son_of: Span | None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names of all cultures, in the order of `CULTURES`."""

    lexicon: SpellingLexicon
    names: tuple[NameSpans, ...]


@cache
def load_vocabulary() -> Vocabulary:
    """Return the vocabulary; the first call builds it, which takes about a second."""
    builder = LexiconBuilder()
    names = tuple(
        _add_spans(builder, _LISTS[culture.name](), culture.son_of) for culture in CULTURES
    )
    return Vocabulary(builder.build(), names)


def _add_spans(builder: LexiconBuilder, lists: NameLists, son_of: tuple[str, ...]) -> NameSpans:
    def add_pair(
        words: WordPair, flat: float, exponent: float = 1.0, tails: TailPair | None = None
    ) -> tuple[Span, Span]:
        """Add the words of men and of women; only once if they are the same."""
        male_tail, female_tail = tails or (None, None)
        men = builder.add(words[0], flat, exponent, male_tail)
        if words[1] is words[0]:
            return men, men
        return men, builder.add(words[1], flat, exponent, female_tail)

    given_law = (lists.flat_given, lists.exponent_given)
    family_law = (lists.flat_family, lists.exponent_family)
    given_name = add_pair(lists.given_name, *given_law, lists.given_tails)
    men_only = (given_name[0], given_name[0])
    family = add_pair(lists.family, *family_law, lists.family_tails)
    father = add_pair(lists.father, *given_law, lists.father_tails) if lists.father else men_only
    men, women = (builder.add(make_plain_words(titles.split())) for titles in lists.titles)
    return NameSpans(
        given_name,
        family if lists.family[0] else men_only,
        add_pair(lists.middle, 8.0) if lists.middle else given_name,
        father,
        (men, women),
        builder.add(make_plain_words(son_of)) if son_of else None,
    )


_LISTS: dict[str, Callable[[], NameLists]] = {
    "arabic-levant": lambda: asian_lists.make_arabic_lists("levant", 9.0),
    "arabic-maghreb": lambda: asian_lists.make_arabic_lists(
        "maghreb", 19.0, name_lists.read_names("fr_DZ", "last_names")
    ),
    "persian": asian_lists.make_persian_lists,
    "afghan": asian_lists.make_afghan_lists,
    "pakistani": asian_lists.make_pakistani_lists,
    "indian": asian_lists.make_indian_lists,
    "russian": european_lists.make_russian_lists,
    "ukrainian": european_lists.make_ukrainian_lists,
    "chinese": asian_lists.make_chinese_lists,
    "korean": asian_lists.make_korean_lists,
    "japanese": asian_lists.make_japanese_lists,
    "vietnamese": asian_lists.make_vietnamese_lists,
    "turkish": european_lists.make_turkish_lists,
    "west-african": european_lists.make_west_african_lists,
    "horn-african": european_lists.make_horn_african_lists,
    "spanish": european_lists.make_spanish_lists,
    "english": european_lists.make_english_lists,
    "french": european_lists.make_french_lists,
    "german": european_lists.make_german_lists,
    "balkan": european_lists.make_balkan_lists,
    "greek": european_lists.make_greek_lists,
    "georgian": european_lists.make_georgian_lists,
    "armenian": european_lists.make_armenian_lists,
}


@dataclass(frozen=True, slots=True)
class CultureTables:
    """Values of `CULTURES` and the vocabulary, as arrays by culture (and gender: 0 men, 1
    women).
    """

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
    """Return the tables, which are built once in each process."""
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


Days = npt.NDArray[np.datetime64]
FIRST_DAY, DAYS = np.datetime64("1944-01-01"), 22_600
TWIN, FATHER_SON, NAMESAKE, SIBLING = 1, 2, 3, 4
ROLES = {
    TWIN: "twin",
    FATHER_SON: "father and son of one name",
    NAMESAKE: "namesake of one year",
    SIBLING: "sibling",
}
# Rate of each kind of special pair among the pairs of neighbors.
_PAIR_RATES = (0.010, 0.008, 0.012, 0.015)


@dataclass(frozen=True, slots=True)
class Persons:
    """Attributes of n persons.

    Name parts are words of the lexicon; -1 if the full name lacks the part. `father` is the
    father's name in the form that the child's name has; `father_given` is the given name itself.
    `maiden` is a woman's family name before marriage. `regions` (n × 2) are the regions of home and
    of activity. `other_nation` is -1 for a person with one nationality. `partner` is the other
    person of a special pair, else -1; `bond` is the kind of the pair.
    """

    culture: Ints
    male: Bools
    given_name: Ints
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
    day_known: Bools
    """True if the day of birth is known; otherwise documents state 1 January."""
    country: Ints
    city: Ints
    nation: Ints
    other_nation: Ints
    residence: Ints
    regions: Ints
    uses_pet: Bools
    nickname_use: Ints
    partner: Ints
    bond: Ints

    def __len__(self) -> int:
        return len(self.culture)


# Weights of the regions in which migrants and smugglers are active; regions that are not listed
# have 0.4.
_REGION_WEIGHTS = {
    "western-europe": 5.0,
    "balkans": 2.0,
    "aegean": 2.0,
    "anatolia": 2.0,
    "maghreb": 2.0,
    "iberia": 1.5,
    "americas": 1.0,
}


_DESTINATION_COUNTRIES = "DE DE FR GB IT SE NL BE AT ES GR TR AE US CA".split()


@cache
def _destinations() -> Ints:
    geo = load_geography()
    return np.array([geo.index[code.lower()] for code in _DESTINATION_COUNTRIES], dtype=np.int64)


def make_persons(
    dice: Dice,
    count: int,
    culture: int | Ints | None = None,
    *,
    pairs: bool = True,
    male: Bools | None = None,
) -> Persons:
    """Make `count` persons of all cultures, of one culture (an index of `CULTURES`), or of one
    culture for each person.

    With `pairs`, some neighbors are special pairs, such as twins. `male` is the gender of each
    person; by default most are men, as on watchlists.
    """
    table, geo = culture_tables(), load_geography()
    special = _make_pairs(dice, count if pairs else 0)
    cultures, drawn = _draw_cultures(dice, count, culture, special)
    male = drawn if male is None else male
    gender = (~male).astype(np.int64)
    men = np.zeros_like(gender)
    father_rank = draw_word_ranks(dice, "given_name", cultures, men)
    country = table.countries[cultures, dice.integers(count, table.country_count[cultures])]
    has = {part: dice.chance(count, rates[cultures]) for part, rates in table.rate.items()}
    none = np.full(count, -1, dtype=np.int64)
    migration = _draw_migration(dice, cultures, country)
    persons = Persons(
        culture=cultures,
        male=male,
        given_name=_draw_words(dice, "given_name", cultures, gender),
        middle=np.where(has["middle"], _draw_words(dice, "middle", cultures, gender), none),
        father=np.where(has["father"], table.start["father"][cultures, gender] + father_rank, none),
        father_given=table.start["given_name"][cultures, 0] + father_rank,
        grandfather=np.where(
            has["grandfather"] & has["father"], _draw_words(dice, "given_name", cultures, men), none
        ),
        son_of=np.where(
            dice.chance(count, 0.12) & has["father"] & male,
            _draw_words(dice, "son_of", cultures, gender),
            none,
        ),
        family=np.where(has["family"], _draw_words(dice, "family", cultures, gender), none),
        second=np.where(has["second"], _draw_words(dice, "family", cultures, gender), none),
        maiden=np.where(
            ~male & dice.chance(count, 0.3), _draw_words(dice, "family", cultures, gender), none
        ),
        title=_draw_words(dice, "titles", cultures, gender),
        born=FIRST_DAY + np.floor(DAYS * dice.uniform(count, 3).mean(axis=1)).astype(np.int64),
        day_known=dice.chance(count, 0.93),
        country=country,
        city=geo.pick_city(dice, country),
        nation=country.copy(),
        other_nation=np.where(dice.chance(count, 0.08), migration.destination, none),
        residence=np.where(migration.has_moved, migration.destination, country),
        regions=migration.regions,
        uses_pet=has["pets"],
        nickname_use=dice.integers(count, 3),
        partner=none.copy(),
        bond=np.zeros(count, dtype=np.int64),
    )
    _copy_shared_traits(dice, persons, special)
    return persons


def _draw_cultures(
    dice: Dice, count: int, culture: int | Ints | None, special: _Pairs
) -> tuple[Ints, Bools]:
    """Draw culture and gender; the two persons of a special pair have the same culture and genders
    that fit the pair.
    """
    cultures = (
        dice.choose(count, culture_tables().weight)
        if culture is None
        else np.full(count, culture, dtype=np.int64)
    )
    male = dice.chance(count, 0.82)
    cultures[special.second] = cultures[special.first]
    for members in special.select(FATHER_SON):
        male[members] = True
    first, second = special.select(NAMESAKE)
    male[second] = male[first]
    return cultures, male


@dataclass(frozen=True, slots=True)
class _Migration:
    """Migration of n persons: possible destination, and the regions (n × 2) of home and
    activity.
    """

    destination: Ints
    has_moved: Bools
    regions: Ints


def _draw_migration(dice: Dice, cultures: Ints, country: Ints) -> _Migration:
    table, count = culture_tables(), len(cultures)
    destination = _destinations()[dice.integers(count, len(_destinations()))]
    has_moved = dice.chance(count, 0.6)
    active = np.where(
        has_moved,
        dice.choose(count, [_REGION_WEIGHTS.get(region, 0.4) for region in REGIONS]),
        table.home_of[country],
    )
    home = np.where(dice.chance(count, 0.8), table.regions[cultures, 0], table.regions[cultures, 1])
    return _Migration(destination, has_moved, np.stack([home, active], axis=1))


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Special pairs: rows of the first and second person, and kind of the pair."""

    first: Ints
    second: Ints
    kind: Ints

    def select(self, kind: int) -> tuple[Ints, Ints]:
        """Return the pairs of one kind."""
        return self.first[self.kind == kind], self.second[self.kind == kind]


def _make_pairs(dice: Dice, count: int) -> _Pairs:
    """Choose special pairs among the neighbors (2k, 2k + 1)."""
    pairs = count // 2
    kind = np.searchsorted(np.cumsum(_PAIR_RATES), dice.uniform(pairs), side="right") + 1
    chosen = kind <= len(_PAIR_RATES)
    first = np.flatnonzero(chosen).astype(np.int64) * 2
    return _Pairs(first, first + 1, kind[chosen])


def draw_word_ranks(
    dice: Dice, part: str, cultures: Ints, gender: Ints, evenness: float = 1.0
) -> Ints:
    """Draw ranks of the words of a part; a higher `evenness` makes rare words more frequent."""
    table = culture_tables()
    return draw_ranks(
        dice.uniform(len(cultures)),
        table.size[part][cultures, gender],
        table.flat[part][cultures, gender] * evenness,
        table.exponent[part][cultures, gender],
    )


def _draw_words(dice: Dice, part: str, cultures: Ints, gender: Ints) -> Ints:
    """Draw a word of a part; -1 if the culture has no such part."""
    size = culture_tables().size[part][cultures, gender]
    return np.where(
        size > 0,
        culture_tables().start[part][cultures, gender]
        + draw_word_ranks(dice, part, cultures, gender),
        -1,
    )


def _copy_shared_traits(dice: Dice, persons: Persons, pairs: _Pairs) -> None:
    """Copy the traits that both persons of a pair have from the first person to the second."""
    first, second = pairs.first, pairs.second
    persons.partner[first], persons.partner[second] = second, first
    persons.bond[first] = persons.bond[second] = pairs.kind
    persons.maiden[first] = persons.maiden[second] = -1
    persons.family[second] = convert_gender(persons, "family", persons.family[first], first, second)
    for kind in (TWIN, SIBLING, FATHER_SON):
        copy_values(persons, ("country", "city", "nation"), *pairs.select(kind))
    for kind in (TWIN, SIBLING):
        a, b = pairs.select(kind)
        copy_values(persons, ("father_given", "grandfather", "second"), a, b)
        persons.father[b] = convert_gender(persons, "father", persons.father[a], a, b)
    copy_values(persons, ("born", "day_known"), *pairs.select(TWIN))
    a, b = pairs.select(TWIN)
    same = b[persons.given_name[a] == persons.given_name[b]]
    neighbor = culture_tables().start["given_name"][
        persons.culture[same], (~persons.male[same]).astype(np.int64)
    ]
    persons.given_name[same] = neighbor + (persons.given_name[same] == neighbor)
    a, b = pairs.select(FATHER_SON)
    copy_values(persons, ("given_name", "middle", "second"), a, b)
    persons.father_given[b] = persons.given_name[a]
    as_father = convert_part(persons.given_name[a], persons.culture[a], "given_name", "father")
    persons.father[b] = np.where(persons.father[b] >= 0, as_father, -1)
    persons.born[a] = np.minimum(persons.born[a], FIRST_DAY + DAYS - 40 * 366)
    persons.born[b] = persons.born[a] + 19 * 366 + dice.integers(len(b), 18 * 365)
    a, b = pairs.select(NAMESAKE)
    copy_values(persons, ("given_name", "middle"), a, b)
    persons.born[b] = persons.born[a].astype("datetime64[Y]").astype(
        "datetime64[D]"
    ) + dice.integers(len(b), 365)


def take_persons(persons: Persons, rows: Ints) -> Persons:
    """Return some of the persons, in the order of `rows`."""
    return Persons(*(getattr(persons, name)[rows] for name in Persons.__dataclass_fields__))


def copy_values(persons: Persons, parts: tuple[str, ...], source: Ints, target: Ints) -> None:
    """Copy the values of some columns from the persons in `source` to those in `target`."""
    for part in parts:
        values = getattr(persons, part)
        values[target] = values[source]


def convert_gender(persons: Persons, part: str, words: Ints, sources: Ints, targets: Ints) -> Ints:
    """Convert words of `part` of the persons in `sources` to the gender of the persons in
    `targets`, who have the same cultures.
    """
    start = culture_tables().start[part]
    culture = persons.culture[sources]
    source_start, target_start = (
        start[culture, (~persons.male[rows]).astype(np.int64)] for rows in (sources, targets)
    )
    return np.where(words >= 0, words - source_start + target_start, -1)


def convert_part(words: Ints, culture: Ints, source: str, target: str) -> Ints:
    """Convert men's words of one part to the words with the same rank of another part."""
    start = culture_tables().start
    return np.asarray(words - start[source][culture, 0] + start[target][culture, 0])
