"""Hard negatives: two similar names that belong to different people or groups.

Examples for persons are father and son with the same name, another middle initial, another syllable
of a given name, and a name of the other gender. Examples for groups are another number, direction,
country or trade. Both names are drawn with the given random generator: the same state gives the
same names.

Movements are invented lists of armed and political groups, their factions and similar names. Names
of such groups consist of few words in different orders, so a single word may tell a rival group
from the group that it is modeled on. A group is listed under its English name, its name at home, a
short form of one of them, or several of these. Its factions and splinters have the whole name of
the group and one more word.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from resolver.data import load_rows
from resolver.names.folding import letters
from resolver.names.qualifiers import qualifier_code
from resolver.records import Kind, Record, Value
from resolver.training import registers
from resolver.training.typos import add_word_typos

NamePair = tuple[str, str]
_PairMaker = Callable[[list[str], random.Random], NamePair | None]
_GENERATIONS = tuple(
    (first, second)
    for first, second in map(str.split, "Jr. Sr.,Jr Sr,II III,III IV,I II,II IV,XIV XV".split(","))
)
_LETTERS = "ABCDEFGHJKLMNPRSTW"
_DIRECTIONS = registers.training_words("direction")
_COUNTRIES = registers.training_words("country")
_TRADE_WORDS = tuple(map(str.capitalize, registers.TRADES))
_BODIES = tuple(
    "Committee Council Brigade Front Movement Party Army Association Union Institute".split()
)
_PARTICLES = frozenset(("of", "and", "the", "for", "de", "la", "el", "al", "in"))
_DISTANT_CONSONANTS = {
    row[0]: row[2:]
    for row in """
        b:gkrst c:bmnpr d:fklmp f:gklnr g:blmnp h:blmrt j:bmprt k:blmnr l:bdkmt m:bdklt
        n:bdkst p:dgkmt q:bmrt r:bdkmt s:bdlmt t:bklmr v:klmrt w:dklmt x:bdmt z:bklmt
    """.split()
}
"""Consonant → consonants that neither sound nor look like it nor are next to it on a keyboard."""


def person_hard_negative(name: str, chance: random.Random) -> NamePair | None:
    """Return two names of different people, derived from a person's name.

    Returns None if the drawn kind of difference does not apply to the name.
    """
    return _draw_pair(name, chance, _PERSON_MAKERS)


def group_hard_negative(name: str, chance: random.Random) -> NamePair | None:
    """Return two names of different groups, derived from a group's name.

    Returns None if the drawn kind of difference does not apply to the name.
    """
    is_institution = not _WRITTEN_HEADS.isdisjoint(name.lower().replace(",", " ").split())
    return _draw_pair(name, chance, _INSTITUTION_MAKERS if is_institution else _GROUP_MAKERS)


def _draw_pair(
    name: str, chance: random.Random, table: Sequence[tuple[_PairMaker, float]]
) -> NamePair | None:
    words = name.replace(",", " ").split()
    if len(words) < 2 or not name.isascii():
        return None
    return chance.choices([maker for maker, _ in table], [weight for _, weight in table])[0](
        words, chance
    )


def _different_generations(words: list[str], chance: random.Random) -> NamePair:
    first, second = chance.choice(_GENERATIONS)
    return " ".join([*words, first]), " ".join([*words, second])


def _different_initials(words: list[str], chance: random.Random) -> NamePair:
    """Insert different initials, or replace a word by an initial that is not the word's own."""
    dot = chance.choice(("", "."))
    letter_a, letter_b = chance.sample(_LETTERS, 2)
    position = chance.randrange(1, len(words))
    if chance.random() < 0.3 and len(words) > 2:
        # one of the two names has the full middle name
        position = chance.randrange(1, len(words) - 1)
        if words[position][:1].upper() == letter_a:
            letter_a = letter_b
        shortened = [*words[:position], letter_a + dot, *words[position + 1 :]]
        return " ".join(words), " ".join(shortened)
    if chance.random() < 0.3:
        words, position = [words[0][:1].upper() + dot, *words[1:]], 1
    return tuple(
        " ".join([*words[:position], letter + dot, *words[position:]])
        for letter in (letter_a, letter_b)
    )  # type: ignore[return-value]


def _other_initial(words: list[str], chance: random.Random) -> NamePair | None:
    """Replace the first word by another initial."""
    letter = chance.choice(_LETTERS)
    if letter == words[0][:1].upper():
        return None
    return " ".join(words), " ".join([letter + chance.choice(("", ".")), *words[1:]])


def _other_gender(words: list[str], chance: random.Random) -> NamePair | None:
    """Change the ending of the first name to an ending of the other gender."""
    name = words[0]
    if len(name) < 4 or not name.isalpha():
        return None
    if name[-1] in "aeo":
        other = name[:-1] + chance.choice(
            [end for end in ("a", "o", "", "us", "e") if end != name[-1]]
        )
    else:
        other = name + chance.choice(("a", "a", "a", "e", "ia", "ina", "ette", "ine"))
    return " ".join(words), " ".join([other, *words[1:]])


_SYLLABLES = (
    "min jun hee il un ho su jin woo young hui ming guo wei hong ping jian bao lin yan hua mei"
).split()


def _other_syllable(words: list[str], chance: random.Random) -> NamePair | None:
    """Replace the second syllable of a hyphenated given name, or a short word of the name."""
    short_words = [index for index, word in enumerate(words) if len(word) <= 4 and word.isalpha()]
    syllable = chance.choice(_SYLLABLES)
    hyphenated = [index for index, word in enumerate(words) if "-" in word.strip("-")]
    if hyphenated and words[hyphenated[0]].count("-") == 1:
        head, tail = words[hyphenated[0]].split("-")
        return (
            None
            if tail.lower() == syllable
            else _replace_word(words, hyphenated[0], f"{head}-{syllable}")
        )
    if len(short_words) < 2 or len(words) < 3:
        return None
    position = chance.choice(short_words[1:])
    return (
        None
        if words[position].lower() == syllable
        else _replace_word(words, position, syllable.title())
    )


def _other_consonant(words: list[str], chance: random.Random) -> NamePair | None:
    """Replace a consonant by a consonant that no typo produces."""
    long_words = [index for index, word in enumerate(words) if len(word) >= 4 and word.isalpha()]
    if not long_words:
        return None
    position = chance.choice(long_words)
    word = words[position]
    consonants = [index for index in range(len(word)) if word[index].lower() in _DISTANT_CONSONANTS]
    if not consonants:
        return None
    index = chance.choice(consonants)
    new = chance.choice(_DISTANT_CONSONANTS[word[index].lower()])
    new = new.upper() if word[index].isupper() else new
    return _replace_word(words, position, word[:index] + new + word[index + 1 :])


def _different_numbers(words: list[str], chance: random.Random) -> NamePair:
    numbers = [index for index, prefix in enumerate(words) if prefix.isdigit()]
    if numbers:
        return _replace_word(
            words, numbers[-1], str(int(words[numbers[-1]][:6]) + chance.randrange(1, 9))
        )
    kind = chance.randrange(3)
    if kind == 0:
        first, second = chance.choice(_GENERATIONS[2:6])
    else:
        first, second = map(str, chance.sample(range(1, 200 if kind == 1 else 12), 2))
    prefix = chance.choice(("", "", "No. ", "Unit "))
    position = chance.choice((len(words), max(len(words) - 1, 1)))
    if chance.random() < 0.35:
        # the first of several units seldom has a number
        return " ".join(words), " ".join([*words[:position], prefix + second, *words[position:]])
    return _insert_each(words, position, prefix + first, prefix + second)


def _different_directions(words: list[str], chance: random.Random) -> NamePair:
    first, second = chance.sample(_DIRECTIONS, 2)
    return _insert_each(words, 0, first, second)


def _different_countries(words: list[str], chance: random.Random) -> NamePair:
    first, second = chance.sample(_COUNTRIES, 2)
    position = chance.choice((0, len(words), len(words), max(len(words) - 1, 1)))
    link = chance.choice(("", "", "of ", "in ")) if position == len(words) else ""
    return _insert_each(words, position, link + first, link + second)


def _different_trades(words: list[str], chance: random.Random) -> NamePair:
    first, second = chance.sample(_TRADE_WORDS if chance.random() < 0.75 else _BODIES, 2)
    return _insert_each(words, chance.choice((len(words), max(len(words) - 1, 1))), first, second)


def _other_abbreviation(words: list[str], chance: random.Random) -> NamePair | None:
    """Return an abbreviation, and other words whose initials are its letters."""
    letters = [
        word[0].upper() for word in words if word[0].isalpha() and word.lower() not in _PARTICLES
    ]
    if not 3 <= len(letters) <= 6:
        return None
    choices = [
        [word for word in (*_TRADE_WORDS, *_COUNTRIES, *_DIRECTIONS, *_BODIES) if word[0] == letter]
        for letter in letters
    ]
    if not all(choices):
        return None
    others = [chance.choice(some) for some in choices]
    if {word.lower() for word in others} & {word.lower() for word in words}:
        return None
    return "".join(letters), " ".join(others)


_QUALITIES = tuple(
    """
    Real New True People's Islamic National United Democratic Popular Revolutionary Free
    Independent Reformed Continuity Provisional Greater Young Armed Patriotic Original Christian
""".split()
)
_FACTIONS = tuple(
    part.replace("_", " ")
    for part in """
        A B C R M N I II K GC IO Original Reform Unity Unification North South East West Jr Hanif
        Okello Mendez Abu_Salim Lin_Tao Forces_of_Idris General_Command Northern_Front Provisional
    """.split()
)


def _one_quality_more(words: list[str], chance: random.Random) -> NamePair | None:
    """Add a word for a quality that tells a rival or a splinter from the group that it is modeled
    on.
    """
    quality = chance.choice(_QUALITIES)
    if quality.lower() in (word.lower() for word in words):
        return None
    position = 0 if chance.random() < 0.6 else len(words) - 1
    return " ".join(words), " ".join([*words[:position], quality, *words[position:]])


_WRITTEN_HEADS = frozenset((*registers.HEADS, "univ", "universitat"))


def _other_type(words: list[str], chance: random.Random) -> NamePair | None:
    """Change the type of an institution: a Technical University is not the University."""
    heads = [index for index, word in enumerate(words) if word.lower() in _WRITTEN_HEADS]
    if not heads:
        return None
    new = chance.choice(registers.TYPES).capitalize()
    if new.lower() in (word.lower() for word in words):
        return None
    index = heads[-1] + (chance.random() < 0.15)
    return " ".join(words), " ".join([*words[:index], new, *words[index:]])


def _other_founder(words: list[str], chance: random.Random) -> NamePair | None:
    """Name another institution at the same place: its founder's name stands before the place."""
    if words[0].lower() not in _WRITTEN_HEADS or words[1].lower() != "of" or len(words) > 4:
        return None
    place, founder = " ".join(words[2:]), chance.choice(registers.FOUNDERS)
    forms = ("{0} {1} {2}", "{0} {1}, {2}", "{0} {1} in {2}", "{2} {0} {1}", "{0} {2} {1}")
    return " ".join(words), chance.choice(forms).format(founder, words[0], place)


def _other_campus(words: list[str], chance: random.Random) -> NamePair | None:
    """Name a site of the institution at another place: the first place belongs to the whole
    institution.
    """
    if words[0].lower() not in _WRITTEN_HEADS or words[1].lower() != "of" or len(words) > 4:
        return None
    place, whole = " ".join(words[2:]), chance.choice(_COUNTRIES)
    if whole in place:
        return None
    link = chance.choice(("at ", "in ", "at ", ""))
    return " ".join(words), f"{words[0]} of {whole} {link}{place}"


def _faction(words: list[str], chance: random.Random) -> NamePair:
    """Name a part of a group by the whole name of the group and the name of the part."""
    name, part = " ".join(words), chance.choice(_FACTIONS)
    forms = ("{}-{}", "{} - {}", "{} ({} faction)", "{} - {} faction", "{} ({} wing)", "{} ({})")
    return name, chance.choice(forms).format(name, part)


def _without_own_name(words: list[str], chance: random.Random) -> NamePair | None:
    """Leave out words that are not generic: a group named only National Front is not the National
    Front of a country.
    """
    generic = [
        word for word in words if qualifier_code(letters(word)) or word.lower() in _PARTICLES
    ]
    while generic and generic[-1].lower() in _PARTICLES:
        generic.pop()
    while generic and generic[0].lower() in _PARTICLES:
        generic.pop(0)
    return (" ".join(words), " ".join(generic)) if 2 <= len(generic) < len(words) else None


def _insert_each(words: list[str], position: int, first: str, second: str) -> NamePair:
    before, after = words[:position], words[position:]
    return " ".join([*before, first, *after]), " ".join([*before, second, *after])


def _replace_word(words: list[str], position: int, word: str) -> NamePair:
    return " ".join(words), " ".join([*words[:position], word, *words[position + 1 :]])


_PERSON_MAKERS: tuple[tuple[_PairMaker, float], ...] = (
    (_different_generations, 1.2),
    (_different_initials, 2.0),
    (_other_initial, 0.8),
    (_other_gender, 1.5),
    (_other_syllable, 2.0),
    (_other_consonant, 2.5),
)
_GROUP_MAKERS: tuple[tuple[_PairMaker, float], ...] = (
    (_different_numbers, 2.0),
    (_different_directions, 1.5),
    (_different_countries, 2.0),
    (_different_trades, 2.0),
    (_other_consonant, 2.0),
    (_other_abbreviation, 0.6),
    (_one_quality_more, 1.5),
    (_faction, 1.0),
    (_without_own_name, 1.0),
)
_INSTITUTION_MAKERS: tuple[tuple[_PairMaker, float], ...] = (
    *((maker, weight / 3) for maker, weight in _GROUP_MAKERS),
    (_other_type, 3.0),
    (_other_founder, 3.0),
    (_other_campus, 1.0),
)


__all__ = ["group_hard_negative", "person_hard_negative"]


_CORES = "front army movement party brigades forces battalion militia resistance brigade".split()
_MOVEMENT_QUALITIES = (
    "national people democratic revolutionary islamic communist united patriotic popular socialist"
    " new armed northern southern".split()
)
_GOALS = "liberation salvation independence unity freedom justice defense reform".split()
_LINKS = ("of", "for the", "of the", "in")
_LINKS_ABROAD = ("de", "du", "al", "para", "di", "za")


_DEMONYMS = load_rows("group_words", topic="demonym", script="Latin")
_FORMS = registers.forms_by_meaning(
    _DEMONYMS + load_rows("group_words", topic="movement", script="Latin")
)
_MOVEMENT_COUNTRIES = tuple(sorted({country for _, country in _DEMONYMS if " " not in country}))
_MAX_DUPLICATES = 8


@dataclass(frozen=True, slots=True)
class MovementList:
    """Error rates and fields of a list of movements. Rates are shares of records or groups.

    - `groups` is the number of groups; `duplicate_share` of them are listed more than once, on
      average `mean_duplicates` more times.
    - `factions` and `likenesses` are the shares of groups that are a part of the preceding group,
      or differ from it in one word.
    - `abroad` and `short` are the shares of records under the name at home, or under a short form;
      `aliases` is the share of records that state one more of these names.
    - `unheard` is the share of words that no lexicon translates; `typos` is the share of words with
      a typo.
    - `countries` and `years` are the shares of records with a country, or with the year of
      foundation.
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
    movements: MovementList, vocabulary: registers.RegisterVocabulary, seed: int
) -> tuple[list[Record], dict[str, str]]:
    """Return the records of a list, and record id → id of the group; equal arguments give equal
    records.
    """
    chance = random.Random(f"{seed}:{movements.name}")
    records: list[Record] = []
    truth: dict[str, str] = {}
    for number, group in enumerate(_draw_groups(movements, vocabulary, chance)):
        names = _Names.draw(movements, group, vocabulary, chance)
        count = 1
        if chance.random() < movements.duplicate_share:
            count += registers.draw_duplicates(movements.mean_duplicates, chance, _MAX_DUPLICATES)
        for copy in range(count):
            identity = f"{movements.name}:{number}-{copy}"
            records.append(_entry(movements, group, names, chance, identity))
            truth[identity] = f"{movements.name}:{number}"
    return records, truth


def _draw_groups(
    movements: MovementList, vocabulary: registers.RegisterVocabulary, chance: random.Random
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


def _draw_group(vocabulary: registers.RegisterVocabulary, chance: random.Random) -> _Movement:
    country = chance.choice(_MOVEMENT_COUNTRIES)
    return _Movement(
        tuple(chance.sample(_MOVEMENT_QUALITIES, chance.choice((0, 1, 1, 2)))),
        chance.choice(("", *_GOALS)),
        chance.choice(_CORES),
        country if chance.random() < 0.7 else vocabulary.places.draw(chance),
        country,
        "",
        chance.randrange(1950, 2024),
        chance.random() < 0.5,
    )


def _change_one_word(group: _Movement, chance: random.Random) -> _Movement:
    """Return a rival group: another core, goal or country, or one quality more or less."""
    shape = chance.random()
    if shape < 0.25:
        return replace(group, core=chance.choice([core for core in _CORES if core != group.core]))
    if shape < 0.4:
        return replace(group, goal=chance.choice([goal for goal in _GOALS if goal != group.goal]))
    if shape < 0.6:
        country = chance.choice([place for place in _MOVEMENT_COUNTRIES if place != group.country])
        return replace(group, place=country, country=country)
    if shape < 0.75 and group.qualities:
        return replace(group, qualities=group.qualities[1:])
    added = chance.choice([word for word in _MOVEMENT_QUALITIES if word not in group.qualities])
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
        vocabulary: registers.RegisterVocabulary,
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
    """Return the name that a record states, and the other names that it may also state."""
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
