"""Movements: invented lists of armed and political groups, their factions and their likenesses.

Names of such groups are made of few words, in different orders, so that one word tells a rival
from its model. A group is listed under its English name, its name at home, a short form of either,
or several of them; its factions and splinters bear its whole name and a word more.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from resolver.data import load_rows
from resolver.records import Kind, Record, Value
from resolver.training.augment.register_vocabulary import RegisterVocabulary, forms_by_meaning
from resolver.training.augment.registers import draw_duplicates
from resolver.training.augment.typos import add_word_typos

_CORES = "front army movement party brigades forces battalion militia resistance brigade".split()
_QUALITIES = (
    "national people democratic revolutionary islamic communist united patriotic popular socialist"
    " new armed northern southern".split()
)
_GOALS = "liberation salvation independence unity freedom justice defense reform".split()
_LINKS = ("of", "for the", "of the", "in")
_LINKS_ABROAD = ("de", "du", "al", "para", "di", "za")


_DEMONYMS = load_rows("group_words", topic="demonym", script="Latin")
_FORMS = forms_by_meaning(_DEMONYMS + load_rows("group_words", topic="movement", script="Latin"))
_COUNTRIES = tuple(sorted({country for _, country in _DEMONYMS if " " not in country}))
_MAX_DUPLICATES = 8


@dataclass(frozen=True, slots=True)
class MovementList:
    """Error rates and fields of a list of movements. Rates are shares of records or groups.

    - `groups`: number of groups; `duplicate_share` of them are listed more than once, on average
      `mean_duplicates` more times.
    - `factions`, `likenesses`: groups that are a part of the one before, or differ in one word.
    - `abroad`, `short`: records under the name at home, or under a short form; `aliases`: records
      that state one more of these.
    - `unheard`: words that no lexicon translates; `typos`: words with a typo.
    - `countries`, `years`: records with a country, or with the year of foundation.
    """

    name: str
    plan: str
    groups: int
    mean_duplicates: float
    duplicate_share: float
    factions: float = 0.2
    likenesses: float = 0.3
    abroad: float = 0.25
    short: float = 0.1
    aliases: float = 0.35
    unheard: float = 0.15
    typos: float = 0.02
    countries: float = 0.6
    years: float = 0.2


MOVEMENT_LISTS: tuple[MovementList, ...] = (
    MovementList("fronts", "XS", 500, 1.8, 0.6),
    MovementList("conflicts", "S", 4_000, 1.5, 0.4, countries=0.4),
)
"""Lists of movements that a model learns from."""


@dataclass(frozen=True, slots=True)
class _Movement:
    qualities: tuple[str, ...]
    goal: str
    core: str
    place: str
    country: str
    part: str
    year: int
    is_goal_last: bool


def generate_movements(
    movements: MovementList, vocabulary: RegisterVocabulary, seed: int
) -> tuple[list[Record], dict[str, str]]:
    """Return the records of a list (reproducible), and record id → id of the group."""
    chance = random.Random(f"{seed}:{movements.name}")
    records: list[Record] = []
    truth: dict[str, str] = {}
    for number, group in enumerate(_draw_groups(movements, vocabulary, chance)):
        names = _Names.draw(movements, group, vocabulary, chance)
        count = 1
        if chance.random() < movements.duplicate_share:
            count += draw_duplicates(movements.mean_duplicates, chance, _MAX_DUPLICATES)
        for copy in range(count):
            identity = f"{movements.name}:{number}-{copy}"
            records.append(_entry(movements, group, names, chance, identity))
            truth[identity] = f"{movements.name}:{number}"
    return records, truth


def _draw_groups(
    movements: MovementList, vocabulary: RegisterVocabulary, chance: random.Random
) -> Iterator[_Movement]:
    group: _Movement | None = None
    for _ in range(movements.groups):
        kin = chance.random()
        if group is None or group.part or kin >= movements.factions + movements.likenesses:
            group = _draw_group(vocabulary, chance)
        elif kin < movements.factions:
            leader = vocabulary.family[chance.choice(vocabulary.cultures)].draw(chance)
            group = replace(group, part=leader, year=min(group.year + 5, 2024))
        else:
            group = _change_one_word(group, chance)
        yield group


def _draw_group(vocabulary: RegisterVocabulary, chance: random.Random) -> _Movement:
    country = chance.choice(_COUNTRIES)
    return _Movement(
        tuple(chance.sample(_QUALITIES, chance.choice((0, 1, 1, 2)))),
        chance.choice(("", *_GOALS)),
        chance.choice(_CORES),
        country if chance.random() < 0.7 else vocabulary.places.draw(chance),
        country,
        "",
        chance.randrange(1950, 2024),
        chance.random() < 0.5,
    )


def _change_one_word(group: _Movement, chance: random.Random) -> _Movement:
    """Return a rival: another core, goal, country, or one quality more or less."""
    shape = chance.random()
    if shape < 0.25:
        return replace(group, core=chance.choice([core for core in _CORES if core != group.core]))
    if shape < 0.4:
        return replace(group, goal=chance.choice([goal for goal in _GOALS if goal != group.goal]))
    if shape < 0.6:
        country = chance.choice([place for place in _COUNTRIES if place != group.country])
        return replace(group, place=country, country=country)
    if shape < 0.75 and group.qualities:
        return replace(group, qualities=group.qualities[1:])
    added = chance.choice([word for word in _QUALITIES if word not in group.qualities])
    return replace(group, qualities=(added, *group.qualities))


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of a group: in English, at home, and their initials."""

    english: str
    home: str
    short: tuple[str, ...]

    @classmethod
    def draw(
        cls,
        movements: MovementList,
        group: _Movement,
        vocabulary: RegisterVocabulary,
        chance: random.Random,
    ) -> _Names:
        """Draw the names; the name at home is made of words of other languages."""
        qualities, goal, core = group.qualities, group.goal, group.core
        place = _adjective(group.place, chance)
        if group.is_goal_last and goal:
            english = [*qualities, core, "for the", goal, "of", group.place]
        elif chance.random() < 0.5:
            english = [place, *qualities, goal, core]
        else:
            english = [*qualities, goal, core, chance.choice(_LINKS), group.place]
        home = [core, *_abroad(goal), *qualities, chance.choice(_LINKS_ABROAD), place]
        translated = [
            vocabulary.places.draw(chance)
            if word in _FORMS and chance.random() < movements.unheard
            else chance.choice(_FORMS[word])
            if word in _FORMS
            else word
            for word in home
            if word
        ]
        written = " ".join(filter(None, english)).replace("people", "people's")
        return cls(
            written, " ".join(translated), (_initials(written), _initials(" ".join(translated)))
        )


def _abroad(goal: str) -> tuple[str, ...]:
    return ("de", goal) if goal else ()


def _adjective(place: str, chance: random.Random) -> str:
    forms = _FORMS.get(place)
    return chance.choice(forms) if forms and chance.random() < 0.7 else place


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split() if len(word) > 3).upper()


def _entry(
    movements: MovementList,
    group: _Movement,
    names: _Names,
    chance: random.Random,
    identity: str,
) -> Record:
    first, *others = _choose_names(movements, names, chance)
    values = [Value("name", _write(movements, first, group.part, chance))]
    if others and chance.random() < movements.aliases:
        alias = others[0]
        prop = "abbreviation" if alias.isupper() else "alias"
        values.append(Value(prop, _write(movements, alias, group.part, chance)))
    if chance.random() < movements.countries:
        values.append(Value("country", group.country))
    if chance.random() < movements.years:
        year = group.year if chance.random() < 0.9 else group.year + 1
        values.append(Value("incorporationDate", str(year)))
    return Record(identity, movements.name, Kind.GROUP, "Organization", tuple(values))


def _choose_names(movements: MovementList, names: _Names, chance: random.Random) -> list[str]:
    """Return the name that a record states, and others that it may state besides."""
    short = chance.choice(names.short)
    kind = chance.random()
    if kind < movements.abroad:
        return [names.home, chance.choice((names.english, short))]
    if kind < movements.abroad + movements.short and len(short) > 2:
        return [short, chance.choice((names.english, names.home))]
    return [names.english, chance.choice((names.home, short))]


def _write(movements: MovementList, name: str, part: str, chance: random.Random) -> str:
    if not name.isupper():
        name = " ".join(add_word_typos(word, movements.typos, chance) for word in name.split())
        name = name.title() if chance.random() < 0.8 else name.upper()
    if not part:
        return name
    forms = ("{} - {} faction", "{} ({} faction)", "{} - {}", "{} \u2013 {}", "{} ({} wing)")
    return chance.choice(forms).format(name, part)
