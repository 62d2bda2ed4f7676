"""The true groups and ships of one chunk: networks, companies, organisations; their words, places, members and
owners."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from resolver.synthetic.entities.persons import Days, Persons, tables
from resolver.synthetic.geography import geography
from resolver.synthetic.letters import Spellings
from resolver.synthetic.letters.base import strip_accents
from resolver.synthetic.names.cultures import CULTURES, REGIONS
from resolver.synthetic.names.name_lexicon import (
    Bools,
    Ints,
    Lexicon,
    LexiconBuilder,
    Span,
    Word,
)
from resolver.synthetic.random_columns import Dice
from resolver.synthetic.words import entries
from resolver.synthetic.words import groups as words

NETWORK, COMPANY, ORGANISATION = 0, 1, 2
SIBLING_NUMBER, BRANCH, FACTION = 1, 2, 3
ROLES = {
    SIBLING_NUMBER: "same name, other number",
    BRANCH: "branches of one company",
    FACTION: "faction",
}
_PAIRS = (0.05, 0.03, 0.02)
MEMBER, LEADER = 0, 1
LANGUAGES = tuple(words.LEGAL)


@dataclass(frozen=True, slots=True)
class GroupWords:
    """The lexicon of groups, and its spans by language: `head` colours, `fancy`, `core` per kind of group, `legal`;
    `number`."""

    lexicon: Lexicon
    head: tuple[Span, ...]
    fancy: tuple[Span, ...]
    core: tuple[tuple[Span, ...], ...]
    legal: tuple[Span, ...]
    number: Span


@cache
def group_words() -> GroupWords:
    """The words of groups; made once a process."""
    builder = LexiconBuilder()

    def spans(table: str) -> tuple[Span, ...]:
        lines = [_entry(line) for line in entries(table)]
        return tuple(
            builder.add([_word(entry, language) for entry in lines], 8.0) for language in LANGUAGES
        )

    return GroupWords(
        head=spans(words.COLOURS),
        fancy=spans(words.FANCIES),
        core=(spans(words.BANDS), spans(words.TRADES), spans(words.BODIES)),
        legal=tuple(
            builder.add([_legal(entry) for entry in words.LEGAL[language].split()], 3.0)
            for language in LANGUAGES
        ),
        number=builder.add([_number(number) for number in range(1, 1000)], 400.0),
        lexicon=builder.build(),
    )


def _entry(line: str) -> dict[str, list[str]]:
    english, *others = line.split()
    return {"en": english.replace("_", " ").split("/")} | {
        language: forms.replace("_", " ").split("/")
        for language, forms in (other.split("=") for other in others)
    }


def _word(entry: dict[str, list[str]], language: str) -> Word:
    """Native; English; at home in Latin letters; the other English word; at home without marks."""
    first, second = entry["en"]
    home = entry[language] if language != "en" else [first]
    latin = home[-1]
    return Word(Spellings(home[0], first, latin, second, strip_accents(latin)))


def _legal(entry: str) -> Word:
    native, latin, english, spelled, at_home = entry.replace("_", " ").split("/")
    return Word(Spellings(native, english, latin, spelled, at_home))


def _number(number: int) -> Word:
    text = str(number)
    return Word(Spellings(text, text, text, text, text))


@dataclass(frozen=True, slots=True)
class Groups:
    """n groups. Words −1 where the name holds none; `stem` a family name (vocabulary), `place` and `branch` cities;
    `old_*`: the words of a former name. `partner`, `bond`: the other of a special pair. `owner`: a person of the
    chunk, else −1. `route` (n × 4): source, two transits, destination, −1 where none. `activity` (n × 2): places in
    `Activity`, −1 for none."""

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
class Ties:
    """Which group each person belongs to (−1 none), as what (`MEMBER` or `LEADER`), and a number that picks the word
    for it."""

    group: Ints
    standing: Ints
    role: Ints


def make_groups(dice: Dice, count: int, persons: Persons) -> Groups:
    """`count` groups among the persons of the chunk."""
    table, geo, vocabulary = tables(), geography(), group_words()
    culture = dice.choose(count, table.weight)
    language = _language_of()[culture]
    kind = dice.choose(count, (0.45, 0.4, 0.15))
    country = table.countries[culture, dice.below(count, table.country_count[culture])]
    shape = dice.uniform(count)
    none = np.full(count, -1, dtype=np.int64)
    company = kind == COMPANY
    gender = np.zeros(count, dtype=np.int64)
    family = table.start["family"][culture, gender] + dice.below(
        count, table.size["family"][culture, gender]
    )
    transit = np.array(
        [geo.index[code] for code in ("tr", "ly", "gr", "rs", "mx", "ma", "ua", "it", "tn", "ir")]
    )
    ends = np.array(
        [geo.index[code] for code in ("de", "fr", "gb", "it", "se", "es", "us", "at", "be", "nl")]
    )
    smuggles = ~company & dice.chance(count, 0.75)
    groups = Groups(
        kind=kind,
        culture=culture,
        language=language,
        head=np.where(
            (shape > 0.35) & dice.chance(count, 0.6),
            pick_word(dice, vocabulary.head, language),
            none,
        ),
        fancy=np.where(shape > 0.35, pick_word(dice, vocabulary.fancy, language), none),
        stem=np.where(shape <= 0.35, family, none),
        core=_pick_core(dice, kind, language),
        number=np.where(
            dice.chance(count, np.where(company, 0.06, 0.22)),
            vocabulary.number.pick(dice.uniform(count)),
            none,
        ),
        place=np.where(
            (kind == ORGANISATION) | dice.chance(count, 0.25), geo.pick_city(dice, country), none
        ),
        branch=none.copy(),
        legal=np.where(company, pick_word(dice, vocabulary.legal, language), none),
        old_head=pick_word(dice, vocabulary.head, language),
        old_fancy=pick_word(dice, vocabulary.fancy, language),
        renamed=dice.chance(count, 0.14),
        country=country,
        city=geo.pick_city(dice, country),
        regions=np.stack(
            [
                table.regions[culture, 0],
                np.where(
                    dice.chance(count, 0.6),
                    dice.below(count, len(REGIONS)),
                    table.regions[culture, 1],
                ),
            ],
            axis=1,
        ),
        founded=np.datetime64("1985-01-01") + dice.below(count, 13_500),
        activity=np.stack(
            [
                dice.choose(count, _CRIMES),
                np.where(dice.chance(count, 0.35), dice.choose(count, _CRIMES), none),
            ],
            axis=1,
        ),
        route=np.where(
            smuggles[:, None],
            np.stack(
                [
                    country,
                    transit[dice.below(count, 10)],
                    np.where(dice.chance(count, 0.5), transit[dice.below(count, 10)], -1),
                    ends[dice.below(count, 10)],
                ],
                axis=1,
            ),
            -1,
        ),
        owner=np.where(company & dice.chance(count, 0.5), someone(dice, count, len(persons)), none),
        partner=none.copy(),
        bond=np.zeros(count, dtype=np.int64),
    )
    _share(dice, groups)
    return groups


# As in `Activity`: people smuggling, trafficking, money, corruption, documents, terrorism, drugs, arms, other.
_CRIMES = (6.0, 3.0, 3.0, 0.7, 2.5, 0.6, 1.5, 0.6, 1.0)


@cache
def _language_of() -> Ints:
    return np.array(
        [LANGUAGES.index(words.LANGUAGE.get(culture.name, "en")) for culture in CULTURES],
        dtype=np.int64,
    )


def someone(dice: Dice, count: int, persons: int) -> Ints:
    """Any of a number of persons, `count` times; −1 where there are none."""
    return dice.below(count, persons) if persons else np.full(count, -1, dtype=np.int64)


def pick_word(dice: Dice, spans: tuple[Span, ...], language: Ints) -> Ints:
    """A word of each language, all equally often."""
    start, size = (
        np.array([getattr(span, what) for span in spans], dtype=np.int64)[language]
        for what in ("start", "size")
    )
    return start + dice.below(len(language), size)


def _pick_core(dice: Dice, kind: Ints, language: Ints) -> Ints:
    cores = group_words().core
    options = np.stack([pick_word(dice, spans, language) for spans in cores])
    return options[kind, np.arange(len(kind))]


def _share(dice: Dice, groups: Groups) -> None:
    """Make some neighbours (2k, 2k + 1) pairs whose names differ in a number, a branch or a faction only."""
    pairs = len(groups) // 2
    bond = np.searchsorted(np.cumsum(_PAIRS), dice.uniform(pairs), side="right") + 1
    chosen = bond <= len(_PAIRS)
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
    both = np.concatenate([first, second])
    groups.renamed[both] = False
    numbered = bond == SIBLING_NUMBER
    span = group_words().number
    base = dice.below(int(numbered.sum()), span.size - 10)
    # "Ocean Star" and "Ocean Star II" are as much two companies as the second and the third
    groups.number[first[numbered]] = np.where(base % 5 < 2, -1, span.start + base)
    groups.number[second[numbered]] = span.start + base + 1 + dice.below(int(numbered.sum()), 9)
    branch = bond == BRANCH
    geo = geography()
    groups.branch[first[branch]] = geo.pick_city(dice, groups.country[first[branch]])
    apart = second[branch]
    destinations = tables().countries[dice.choose(len(apart), tables().weight), 0]
    groups.branch[apart] = geo.pick_city(dice, destinations)
    split = second[bond == FACTION]
    groups.head[split] = groups.old_head[split]


def tie(dice: Dice, persons: Persons, groups: Groups) -> Ties:
    """Make about a third of the persons members of groups, most of their own culture, about one in eight a leader."""
    count = len(persons)
    none = np.full(count, -1, dtype=np.int64)
    if not len(groups):
        return Ties(none, none, none)
    order = np.argsort(groups.culture, kind="stable")
    size = np.bincount(groups.culture, minlength=len(CULTURES))
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    own_size = size[persons.culture]
    own = order[np.minimum(start[persons.culture] + dice.below(count, own_size), len(order) - 1)]
    other = dice.below(count, len(groups))
    belongs = dice.chance(count, 0.35)
    group = np.where(dice.chance(count, 0.8) & (own_size > 0), own, other)
    return Ties(
        np.where(belongs, group, -1),
        np.where(dice.chance(count, 0.12), LEADER, MEMBER),
        dice.below(count, 1000),
    )
