"""True groups of one chunk: networks, companies and organizations, with their names, members and
owners.

`GroupWords` has the words of their names: the lexicon, its languages, and the functions that draw
words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from resolver.data import Row, load_rows
from resolver.world.alphabets import Spellings, strip_accents
from resolver.world.cultures import CULTURES, REGIONS, load_geography
from resolver.world.name_lexicon import (
    Bools,
    Dice,
    Ints,
    LexiconBuilder,
    Span,
    SpellingLexicon,
    Word,
)
from resolver.world.persons import Days, Persons, culture_tables, draw_word_ranks

LANGUAGES = ("en", "fr", "es", "de", "ru", "tr", "ar", "fa", "zh", "sl", "gr")
"""Languages of names of groups, in the order of their numbers in a world."""


@dataclass(frozen=True, slots=True)
class GroupWords:
    """Lexicon of group names, and its spans by language.

    `head` has colors, `fancy` fanciful words, `core` words for each kind of group, `legal` legal
    forms, and `number` numbers.
    """

    lexicon: SpellingLexicon
    head: tuple[Span, ...]
    fancy: tuple[Span, ...]
    core: tuple[tuple[Span, ...], ...]
    legal: tuple[Span, ...]
    number: Span


def _add_table(builder: LexiconBuilder, name: str) -> tuple[Span, ...]:
    """Add the words of a list in all languages.

    An English word has a second word in place of a romanized form; a word in Latin letters has
    neither.
    """
    entries: dict[str, dict[str, Row]] = {}
    for rank, language, *forms in load_rows("world_group_words", list=name):
        entries.setdefault(rank, {})[language] = tuple(filter(None, forms))
    return tuple(
        builder.add([_make_word(entry, language) for entry in entries.values()], 8.0)
        for language in LANGUAGES
    )


@cache
def load_group_words() -> GroupWords:
    """Return the words of groups, which are built once in each process."""
    builder = LexiconBuilder()
    spans = partial(_add_table, builder)
    return GroupWords(
        head=spans("color"),
        fancy=spans("fancy"),
        core=(spans("band"), spans("trade"), spans("body")),
        legal=tuple(
            builder.add(
                [
                    Word(Spellings(native, english, latin, spelled_out, at_home))
                    for _, native, latin, english, spelled_out, at_home in load_rows(
                        "world_legal_forms", language=language
                    )
                ],
                3.0,
            )
            for language in LANGUAGES
        ),
        number=builder.add([_make_number_word(number) for number in range(1, 1000)], 400.0),
        lexicon=builder.build(),
    )


def _make_word(entry: dict[str, Row], language: str) -> Word:
    """Make a word from an entry.

    The forms are: native; English; romanized; second English word; romanized without diacritics.
    """
    first, second = entry["en"]
    home = entry[language] if language != "en" else (first,)
    latin = home[-1]
    return Word(Spellings(home[0], first, latin, second, strip_accents(latin)))


def _make_number_word(number: int) -> Word:
    text = str(number)
    return Word(Spellings(text, text, text, text, text))


def draw_words(dice: Dice, spans: tuple[Span, ...], language: Ints) -> Ints:
    """Draw a word of each language; all words are equally frequent."""
    start, size = (
        np.array([getattr(span, attribute) for span in spans], dtype=np.int64)[language]
        for attribute in ("start", "size")
    )
    return start + dice.integers(len(language), size)


NETWORK, COMPANY, ORGANIZATION = 0, 1, 2
SIBLING_NUMBER, BRANCH, FACTION = 1, 2, 3
ROLES = {
    SIBLING_NUMBER: "same name, other number",
    BRANCH: "branches of one company",
    FACTION: "faction",
}
_PAIR_RATES = (0.05, 0.03, 0.02)
MEMBER, LEADER = 0, 1


@dataclass(frozen=True, slots=True)
class TrueGroups:
    """Attributes of n groups.

    A word is -1 if the name lacks it. `stem` is a family name (of the vocabulary). `place` and
    `branch` are cities. `old_*` are the words of a former name. `partner` is the other group of a
    special pair, and `bond` the kind of the pair. `owner` is a person of the chunk, else -1.
    `route` (n × 4) has source, two transit countries and destination; -1 means none. `activity` (n
    × 2) are indices of `Activity`; -1 means none.
    """

    kind: Ints
    culture: Ints
    language: Ints
    head: Ints
    fancy: Ints
    stem: Ints
    core: Ints
    number: Ints
    place: Ints
    branch: Ints
    legal: Ints
    old_head: Ints
    old_fancy: Ints
    renamed: Bools
    country: Ints
    city: Ints
    regions: Ints
    founded: Days
    activity: Ints
    route: Ints
    owner: Ints
    partner: Ints
    bond: Ints

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True, slots=True)
class Memberships:
    """Group of each person (-1 for no group), position (`MEMBER` or `LEADER`), and a number that
    selects the role word.
    """

    group: Ints
    position: Ints
    role: Ints


def make_groups(dice: Dice, count: int, persons: Persons) -> TrueGroups:
    """Make `count` groups among the persons of the chunk."""
    table, geo, vocabulary = culture_tables(), load_geography(), load_group_words()
    culture = dice.choose(count, table.weight)
    language = _language_of()[culture]
    kind = dice.choose(count, (0.45, 0.4, 0.15))
    country = table.countries[culture, dice.integers(count, table.country_count[culture])]
    shape = dice.uniform(count)
    none = np.full(count, -1, dtype=np.int64)
    company = kind == COMPANY
    gender = np.zeros(count, dtype=np.int64)
    family = table.start["family"][culture, gender] + draw_word_ranks(
        dice, "family", culture, gender, evenness=2.0
    )
    smuggles = ~company & dice.chance(count, 0.75)
    groups = TrueGroups(
        kind=kind,
        culture=culture,
        language=language,
        head=np.where(
            (shape > 0.35) & dice.chance(count, 0.6),
            draw_words(dice, vocabulary.head, language),
            none,
        ),
        fancy=np.where(shape > 0.35, draw_words(dice, vocabulary.fancy, language), none),
        stem=np.where(shape <= 0.35, family, none),
        core=_pick_core(dice, kind, language),
        number=np.where(
            dice.chance(count, np.where(company, 0.06, 0.22)),
            vocabulary.number.pick(dice.uniform(count)),
            none,
        ),
        place=np.where(
            (kind == ORGANIZATION) | dice.chance(count, 0.25), geo.pick_city(dice, country), none
        ),
        branch=none.copy(),
        legal=np.where(company, draw_words(dice, vocabulary.legal, language), none),
        old_head=draw_words(dice, vocabulary.head, language),
        old_fancy=draw_words(dice, vocabulary.fancy, language),
        renamed=dice.chance(count, 0.14),
        country=country,
        city=geo.pick_city(dice, country),
        regions=_draw_regions(dice, culture),
        founded=np.datetime64("1985-01-01") + dice.integers(count, 13_500),
        activity=_draw_activities(dice, count),
        route=_draw_routes(dice, country, smuggles),
        owner=np.where(
            company & dice.chance(count, 0.5), draw_person(dice, count, len(persons)), none
        ),
        partner=none.copy(),
        bond=np.zeros(count, dtype=np.int64),
    )
    _copy_shared_traits(dice, groups)
    return groups


_TRANSIT_COUNTRIES = ("tr", "ly", "gr", "rs", "mx", "ma", "ua", "it", "tn", "ir")
_DESTINATION_COUNTRIES = ("de", "fr", "gb", "it", "se", "es", "us", "at", "be", "nl")
# The weights are in the order of `Activity`: smuggling, trafficking, money, corruption, documents,
# terrorism, drugs, arms, other.
_ACTIVITY_WEIGHTS = (6.0, 3.0, 3.0, 0.7, 2.5, 0.6, 1.5, 0.6, 1.0)


def _draw_regions(dice: Dice, culture: Ints) -> Ints:
    table, count = culture_tables(), len(culture)
    is_elsewhere = dice.chance(count, 0.6)
    elsewhere = dice.integers(count, len(REGIONS))
    second = np.where(is_elsewhere, elsewhere, table.regions[culture, 1])
    return np.stack([table.regions[culture, 0], second], axis=1)


def _draw_activities(dice: Dice, count: int) -> Ints:
    first = dice.choose(count, _ACTIVITY_WEIGHTS)
    has_second = dice.chance(count, 0.35)
    second = np.where(has_second, dice.choose(count, _ACTIVITY_WEIGHTS), -1)
    return np.stack([first, second], axis=1)


def _draw_routes(dice: Dice, country: Ints, smuggles: Bools) -> Ints:
    """Draw source, two transit countries and destination (n × 4); -1 for groups without a route."""
    index, count = load_geography().index, len(country)
    transits = np.array([index[code] for code in _TRANSIT_COUNTRIES])
    destinations = np.array([index[code] for code in _DESTINATION_COUNTRIES])
    first = transits[dice.integers(count, 10)]
    has_second = dice.chance(count, 0.5)
    second = np.where(has_second, transits[dice.integers(count, 10)], -1)
    destination = destinations[dice.integers(count, 10)]
    stops = np.stack([country, first, second, destination], axis=1)
    return np.where(smuggles[:, None], stops, -1)


_LANGUAGES_OF_GROUPS = {
    "arabic-levant": "ar",
    "arabic-maghreb": "ar",
    "persian": "fa",
    "afghan": "fa",
    "russian": "ru",
    "ukrainian": "ru",
    "georgian": "ru",
    "armenian": "ru",
    "chinese": "zh",
    "turkish": "tr",
    "spanish": "es",
    "french": "fr",
    "german": "de",
    "balkan": "sl",
    "greek": "gr",
    "west-african": "fr",
}
"""Language of companies and groups by culture; those of other cultures are English."""


@cache
def _language_of() -> Ints:
    return np.array(
        [LANGUAGES.index(_LANGUAGES_OF_GROUPS.get(culture.name, "en")) for culture in CULTURES],
        dtype=np.int64,
    )


def draw_person(dice: Dice, count: int, persons: int) -> Ints:
    """Draw `count` of the `persons`; -1 if there are none."""
    return dice.integers(count, persons) if persons else np.full(count, -1, dtype=np.int64)


def _pick_core(dice: Dice, kind: Ints, language: Ints) -> Ints:
    cores = load_group_words().core
    options = np.stack([draw_words(dice, spans, language) for spans in cores])
    return options[kind, np.arange(len(kind))]


def _copy_shared_traits(dice: Dice, groups: TrueGroups) -> None:
    """Turn some neighbors (2k, 2k + 1) into pairs.

    The names of a pair differ only by a number, a branch or a faction.
    """
    pairs = len(groups) // 2
    bond = np.searchsorted(np.cumsum(_PAIR_RATES), dice.uniform(pairs), side="right") + 1
    chosen = bond <= len(_PAIR_RATES)
    first, bond = np.flatnonzero(chosen).astype(np.int64) * 2, bond[chosen]
    second = first + 1
    groups.partner[first], groups.partner[second] = second, first
    groups.bond[first] = groups.bond[second] = bond
    for part in (
        "kind",
        "culture",
        "language",
        "head",
        "fancy",
        "stem",
        "core",
        "number",
        "place",
        "legal",
        "country",
        "city",
        "regions",
        "activity",
    ):
        values = getattr(groups, part)
        values[second] = values[first]
    members = np.concatenate([first, second])
    groups.renamed[members] = False
    has_number = bond == SIBLING_NUMBER
    span = load_group_words().number
    base = dice.integers(int(has_number.sum()), span.size - 10)
    # Some companies that are first in a pair have no number: "Ocean Star" and "Ocean Star II" are
    # two companies.
    groups.number[first[has_number]] = np.where(base % 5 < 2, -1, span.start + base)
    groups.number[second[has_number]] = (
        span.start + base + 1 + dice.integers(int(has_number.sum()), 9)
    )
    branch = bond == BRANCH
    geo = load_geography()
    groups.branch[first[branch]] = geo.pick_city(dice, groups.country[first[branch]])
    other_branch = second[branch]
    destinations = culture_tables().countries[
        dice.choose(len(other_branch), culture_tables().weight), 0
    ]
    groups.branch[other_branch] = geo.pick_city(dice, destinations)
    faction = second[bond == FACTION]
    groups.head[faction] = groups.old_head[faction]


def assign_members(dice: Dice, persons: Persons, groups: TrueGroups) -> Memberships:
    """Make about a third of the persons members of groups, mostly of their own culture.

    About one member in eight is a leader.
    """
    count = len(persons)
    none = np.full(count, -1, dtype=np.int64)
    if not len(groups):
        return Memberships(none, none, none)
    order = np.argsort(groups.culture, kind="stable")
    size = np.bincount(groups.culture, minlength=len(CULTURES))
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    own_size = size[persons.culture]
    index = start[persons.culture] + dice.integers(count, own_size)
    own_group = order[np.minimum(index, len(order) - 1)]
    any_group = dice.integers(count, len(groups))
    belongs = dice.chance(count, 0.35)
    group = np.where(dice.chance(count, 0.8) & (own_size > 0), own_group, any_group)
    role = np.where(dice.chance(count, 0.12), LEADER, MEMBER)
    return Memberships(np.where(belongs, group, -1), role, dice.integers(count, 1000))
