"""Rivals: two names that are nearly the same and yet those of two people or groups: father and son of one name, another
middle initial, another syllable of a given name, a name of the other sex, another number, direction, country or trade.

Each is drawn from the chance given, so that the same chance gives the same rivals.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

Rivals = tuple[str, str]
_Rival = Callable[[list[str], random.Random], Rivals | None]
_GENERATIONS = (
    ("Jr.", "Sr."),
    ("Jr", "Sr"),
    ("II", "III"),
    ("III", "IV"),
    ("I", "II"),
    ("II", "IV"),
    ("XIV", "XV"),
)
_LETTERS = "ABCDEFGHJKLMNPRSTW"
_DIRECTIONS = (
    "North", "South", "East", "West", "Northern", "Southern", "Eastern", "Western", "Upper", "Lower", "New", "Old",
    "First", "Second", "Third", "National", "International", "Central", "Northeast", "Southwest",
)  # fmt: skip
_COUNTRIES = (
    "Ghana", "Zambia", "Kenya", "Yemen", "Netherlands", "Germany", "Turkey", "Lebanon", "Iraq", "Nigeria", "Niger",
    "Malaysia", "Indonesia", "Pakistan", "Sudan", "Libya", "Mexico", "Panama", "Cyprus", "Malta", "China",
    "India", "Texas", "Ohio", "Moscow", "Dubai", "Istanbul", "Tehran", "Beirut", "London", "Hamburg", "Asia", "Mali",
    "Europe", "Africa", "Guinea", "Guyana", "Austria", "Australia", "Slovakia", "Slovenia", "Iran",
)  # fmt: skip
_TRADES = (
    "Trading", "Shipping", "Holding", "Logistics", "Construction", "Electronics", "Chemicals", "Petroleum", "Mining",
    "Engineering", "Textiles", "Airlines", "Bank", "Insurance", "Foundation", "Motors", "Steel", "Foods", "Media",
    "Pharmaceuticals", "Industries", "Investment", "Exchange", "Security", "Marine", "Energy", "Telecom",
)  # fmt: skip
_CALLED = (
    "Committee",
    "Council",
    "Brigade",
    "Front",
    "Movement",
    "Party",
    "Army",
    "Association",
    "Union",
    "Institute",
)
_SMALL = frozenset(("of", "and", "the", "for", "de", "la", "el", "al", "in"))
_FAR = {
    "b": "gkrst", "c": "bmnpr", "d": "fklmp", "f": "gklnr", "g": "blmnp", "h": "blmrt", "j": "bmprt", "k": "blmnr",
    "l": "bdkmt", "m": "bdklt", "n": "bdkst", "p": "dgkmt", "q": "bmrt", "r": "bdkmt", "s": "bdlmt", "t": "bklmr",
    "v": "klmrt", "w": "dklmt", "x": "bdmt", "z": "bklmt",
}  # fmt: skip
"""For a consonant those that neither sound nor look like it nor lie beside it on a keyboard."""


def person_rivals(name: str, chance: random.Random) -> Rivals | None:
    """Two names of two people, made of a person's name; None where the kind that was drawn cannot be made of it."""
    return _drawn(name, chance, _PERSON)


def group_rivals(name: str, chance: random.Random) -> Rivals | None:
    """The same of a group's name."""
    return _drawn(name, chance, _GROUP)


def _drawn(
    name: str, chance: random.Random, table: Sequence[tuple[_Rival, float]]
) -> Rivals | None:
    words = name.replace(",", " ").split()
    if len(words) < 2 or not name.isascii():
        return None
    return chance.choices([one for one, _ in table], [weight for _, weight in table])[0](
        words, chance
    )


def _generation(words: list[str], chance: random.Random) -> Rivals:
    one, two = chance.choice(_GENERATIONS)
    return " ".join([*words, one]), " ".join([*words, two])


def _initial(words: list[str], chance: random.Random) -> Rivals:
    """Two people with one given and family name and another initial between; or an initial and a name it is not of."""
    dot = chance.choice(("", "."))
    one, two = chance.sample(_LETTERS, 2)
    at = chance.randrange(1, len(words))
    if chance.random() < 0.3 and len(words) > 2:
        # the middle name of the one is written out
        at = chance.randrange(1, len(words) - 1)
        if words[at][:1].upper() == one:
            one = two
        return " ".join(words), " ".join([*words[:at], one + dot, *words[at + 1 :]])
    if chance.random() < 0.3:
        first = words[0][:1].upper()
        return " ".join([first + dot, one + dot, *words[1:]]), " ".join(
            [first + dot, two + dot, *words[1:]]
        )
    return tuple(" ".join([*words[:at], letter + dot, *words[at:]]) for letter in (one, two))  # type: ignore[return-value]


def _other_initial(words: list[str], chance: random.Random) -> Rivals | None:
    """A name and one that has another initial in its first word's place."""
    letter = chance.choice(_LETTERS)
    if letter == words[0][:1].upper():
        return None
    return " ".join(words), " ".join([letter + chance.choice(("", ".")), *words[1:]])


def _sex(words: list[str], chance: random.Random) -> Rivals | None:
    """A given name with an ending of the other sex."""
    first = words[0]
    if len(first) < 4 or not first.isalpha():
        return None
    if first[-1] in "aeo":
        other = first[:-1] + chance.choice(
            [end for end in ("a", "o", "", "us", "e") if end != first[-1]]
        )
    else:
        other = first + chance.choice(("a", "a", "a", "e", "ia", "ina", "ette", "ine"))
    return " ".join(words), " ".join([other, *words[1:]])


_SYLLABLES = "min jun hee il un ho su jin woo young hui ming guo wei hong ping jian bao lin yan hua mei".split()


def _syllable(words: list[str], chance: random.Random) -> Rivals | None:
    """A given name of two syllables, of which the second is another; or a short word of the name replaced."""
    short = [place for place, word in enumerate(words) if len(word) <= 4 and word.isalpha()]
    other = chance.choice(_SYLLABLES)
    cut = [place for place, word in enumerate(words) if "-" in word.strip("-")]
    if cut and words[cut[0]].count("-") == 1:
        head, tail = words[cut[0]].split("-")
        return None if tail.lower() == other else _with(words, cut[0], f"{head}-{other}")
    if len(short) < 2 or len(words) < 3:
        return None
    at = chance.choice(short[1:])
    return None if words[at].lower() == other else _with(words, at, other.title())


def _letter(words: list[str], chance: random.Random) -> Rivals | None:
    """A consonant that is quite another one: no slip gives it."""
    long = [place for place, word in enumerate(words) if len(word) >= 4 and word.isalpha()]
    if not long:
        return None
    at = chance.choice(long)
    word = words[at]
    held = [place for place in range(len(word)) if word[place].lower() in _FAR]
    if not held:
        return None
    place = chance.choice(held)
    new = chance.choice(_FAR[word[place].lower()])
    new = new.upper() if word[place].isupper() else new
    return _with(words, at, word[:place] + new + word[place + 1 :])


def _numbered(words: list[str], chance: random.Random) -> Rivals:
    held = [place for place, word in enumerate(words) if word.isdigit()]
    if held:
        return _with(words, held[-1], str(int(words[held[-1]][:6]) + chance.randrange(1, 9)))
    kind = chance.randrange(3)
    if kind == 0:
        one, two = chance.choice(_GENERATIONS[2:6])
    else:
        one, two = map(str, chance.sample(range(1, 200 if kind == 1 else 12), 2))
    word = chance.choice(("", "", "No. ", "Unit "))
    at = chance.choice((len(words), max(len(words) - 1, 1)))
    if chance.random() < 0.35:
        # the first of several seldom has a number
        return " ".join(words), " ".join([*words[:at], word + two, *words[at:]])
    return _both(words, at, word + one, word + two)


def _directed(words: list[str], chance: random.Random) -> Rivals:
    one, two = chance.sample(_DIRECTIONS, 2)
    return _both(words, 0, one, two)


def _placed(words: list[str], chance: random.Random) -> Rivals:
    one, two = chance.sample(_COUNTRIES, 2)
    at = chance.choice((0, len(words), len(words), max(len(words) - 1, 1)))
    link = chance.choice(("", "", "of ", "in ")) if at == len(words) else ""
    return _both(words, at, link + one, link + two)


def _traded(words: list[str], chance: random.Random) -> Rivals:
    one, two = chance.sample(_TRADES if chance.random() < 0.75 else _CALLED, 2)
    return _both(words, chance.choice((len(words), max(len(words) - 1, 1))), one, two)


def _abbreviated(words: list[str], chance: random.Random) -> Rivals | None:
    """An abbreviation, and other words that begin with its letters."""
    letters = [
        word[0].upper() for word in words if word[0].isalpha() and word.lower() not in _SMALL
    ]
    if not 3 <= len(letters) <= 6:
        return None
    held = [
        [word for word in (*_TRADES, *_COUNTRIES, *_DIRECTIONS, *_CALLED) if word[0] == one]
        for one in letters
    ]
    if not all(held):
        return None
    others = [chance.choice(some) for some in held]
    if {word.lower() for word in others} & {word.lower() for word in words}:
        return None
    return "".join(letters), " ".join(others)


def _both(words: list[str], at: int, one: str, two: str) -> Rivals:
    return " ".join([*words[:at], one, *words[at:]]), " ".join([*words[:at], two, *words[at:]])


def _with(words: list[str], at: int, word: str) -> Rivals:
    return " ".join(words), " ".join([*words[:at], word, *words[at + 1 :]])


_PERSON: tuple[tuple[_Rival, float], ...] = (
    (_generation, 1.2),
    (_initial, 2.0),
    (_other_initial, 0.8),
    (_sex, 1.5),
    (_syllable, 2.0),
    (_letter, 2.5),
)
_GROUP: tuple[tuple[_Rival, float], ...] = (
    (_numbered, 2.0),
    (_directed, 1.5),
    (_placed, 2.0),
    (_traded, 2.0),
    (_letter, 2.0),
    (_abbreviated, 0.6),
)


__all__ = ["group_rivals", "person_rivals"]
