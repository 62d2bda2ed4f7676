"""Variations of names, as a hurried clerk, a scanner or another form might write them.

A variation is still the same name; a namesake differs in one word. The module also makes keyboard
errors in plain text and dates. All errors are drawn with the given random generator: the same state
gives the same text.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from resolver.errors import DateError
from resolver.names.folding import letters
from resolver.names.qualifiers import qualifier_code
from resolver.names.typing_errors import (
    MISREAD_NAMES,
    NEARBY_KEYS,
    Typo,
    change_letter,
    find_misreadings,
    misread,
)
from resolver.values.dates import MAX_YEAR, MIN_YEAR, PartialDate, parse_date

_TITLES = tuple(
    """
    Mr Dr. Mrs Sheikh Haji General Prof. Sir Colonel Mullah Hon. Eng.
""".split()
)
_LEGAL_FORMS = (
    "Ltd",
    "Limited",
    "LLC",
    "Inc.",
    "GmbH",
    "S.A.",
    "Co.",
    "Co., Ltd.",
    "JSC",
    "OOO",
    "Corp.",
    "Corporation",
)
_Variation = Callable[[list[str], random.Random], list[str]]


def misspell_person_name(name: str, chance: random.Random) -> str:
    """Return another way to write a person's name; the name itself if no variation applies."""
    return _vary(name, chance, _PERSON_VARIATIONS)


def mistype_letter(name: str, chance: random.Random) -> str:
    """Return a name with a typing error in one letter; the name itself if no word has four
    letters.
    """
    return " ".join(_edit_letter(name.replace(",", " ").split(), chance))


def misspell_group_name(name: str, chance: random.Random) -> str:
    """Return another way to write a group's name; the name itself if no variation applies."""
    return _vary(name, chance, _GROUP_VARIATIONS)


def _vary(name: str, chance: random.Random, table: Sequence[tuple[_Variation, float]]) -> str:
    words = name.replace(",", " ").split()
    for _ in range(2 if chance.random() < 0.15 else 1):
        variation = chance.choices(
            [function for function, _ in table], [weight for _, weight in table]
        )[0]
        words = variation(words, chance) or words
    return " ".join(words)


def _edit_letter(words: list[str], chance: random.Random) -> list[str]:
    """Replace, omit, double, insert, swap or misread one letter in a word of at least four
    letters.
    """
    long_words = [index for index, word in enumerate(words) if len(word) >= 4 and word.isalpha()]
    if not long_words:
        return words
    position = chance.choice(long_words)
    edited = _edit_word(words[position], chance)
    return [*words[:position], edited, *words[position + 1 :]]


_SLIPS = (
    Typo.NEIGHBOR,
    Typo.OMITTED,
    Typo.DOUBLED,
    Typo.SWAPPED,
    Typo.INSERTED,
    Typo.MISREAD,
)
"""Errors in one letter of a name. The order decides which one a random number stands for."""


def _edit_word(word: str, chance: random.Random) -> str:
    index, kind = chance.randrange(1, len(word)), chance.choice(_SLIPS)
    letter = word[index].lower()
    if kind is Typo.MISREAD or (kind is Typo.SWAPPED and index + 1 == len(word)):
        fitting = find_misreadings(word, MISREAD_NAMES)
        return misread(word, chance.choice(fitting)) if fitting else word
    if kind in (Typo.NEIGHBOR, Typo.INSERTED):
        letter = chance.choice(NEARBY_KEYS.get(letter, letter))
    return change_letter(word, index, kind, letter)


def _rotate_words(words: list[str], chance: random.Random) -> list[str]:
    if len(words) < 2:
        return words
    cut = 1 if chance.random() < 0.5 else len(words) - 1
    return [*words[cut:], *words[:cut]]


def _add_title(words: list[str], chance: random.Random) -> list[str]:
    return [chance.choice(_TITLES), *words]


def _abbreviate_word(words: list[str], chance: random.Random) -> list[str]:
    """Shorten one word, but not the longest, to its first letter."""
    if len(words) < 2:
        return words
    longest = max(range(len(words)), key=lambda index: len(words[index]))
    position = chance.choice([index for index in range(len(words)) if index != longest])
    return [
        *words[:position],
        words[position][:1] + ("." if chance.random() < 0.6 else ""),
        *words[position + 1 :],
    ]


def _drop_middle_word(words: list[str], chance: random.Random) -> list[str]:
    """Omit a word that is neither first nor last."""
    if len(words) < 3:
        return words
    position = chance.randrange(1, len(words) - 1)
    return [*words[:position], *words[position + 1 :]]


def _drop_plain_word(words: list[str], chance: random.Random) -> list[str]:
    """Omit a word between other words that does not distinguish groups (`qualifier_code`)."""
    places = [
        index for index in range(1, len(words) - 1) if not qualifier_code(letters(words[index]))
    ]
    dropped = chance.choice(places) if places else len(words)
    return [*words[:dropped], *words[dropped + 1 :]]


def _join_words(words: list[str], chance: random.Random) -> list[str]:
    if len(words) < 2:
        return words
    position = chance.randrange(len(words) - 1)
    return [
        *words[:position],
        words[position] + words[position + 1].lower(),
        *words[position + 2 :],
    ]


def _change_legal_form(words: list[str], chance: random.Random) -> list[str]:
    """Add a legal form, or change or drop the legal form at the end."""
    last = words[-1].strip(".").lower() if words else ""
    if len(words) > 1 and last in {form.strip(".").lower() for form in _LEGAL_FORMS}:
        return words[:-1] if chance.random() < 0.6 else [*words[:-1], chance.choice(_LEGAL_FORMS)]
    return [*words, chance.choice(_LEGAL_FORMS)]


def _insert_initial(words: list[str], chance: random.Random) -> list[str]:
    """Insert an initial that the other name omits."""
    if len(words) < 2:
        return words
    position = chance.randrange(1, len(words))
    return [
        *words[:position],
        chance.choice("ABCDEFGHJKLMNPRSTW") + chance.choice(("", ".")),
        *words[position:],
    ]


def _family_name_first(words: list[str], chance: random.Random) -> list[str]:
    """Put the last word first, with a comma."""
    return [f"{words[-1]},", *words[:-1]] if len(words) > 1 else words


_PARTICLES = tuple(
    """
    van von der den de la del al el bin ibn abu abd mac san le
""".split()
)


def _join_particles(words: list[str], chance: random.Random) -> list[str]:
    """Join particles with the next word, or omit them; remove hyphens."""
    parts = " ".join(words).replace("-", " ").split()
    particles = [index for index, word in enumerate(parts[:-1]) if word.lower() in _PARTICLES]
    if not particles or len(parts) < 3:
        return parts
    if chance.random() < 0.5:
        return [word for index, word in enumerate(parts) if index not in particles]
    start = particles[0]
    end = start
    while end in particles:
        end += 1
    return [*parts[:start], "".join(parts[start : end + 1]).title(), *parts[end + 1 :]]


def _append_acronym(words: list[str], chance: random.Random) -> list[str]:
    """Append the acronym in brackets to a name of three words or more."""
    short = _make_acronym(words, chance)
    return [*words, f"({short[0]})"] if len(short) == 1 and len(short[0]) > 2 else words


def _abbreviate_generic_words(words: list[str], chance: random.Random) -> list[str]:
    """Abbreviate generic words, or write them out."""
    return [_GENERIC_FORMS.get(word.strip(".,").lower(), word) for word in words]


_GENERIC_FORMS = dict(
    pair.split("=")
    for pair in """
        company=Co. limited=Ltd corporation=Corp international=Intl private=Pvt
        trading=Trdg industries=Inds brothers=Bros association=Assn and=& &=and
        manufacturing=Mfg services=Svcs import=Imp. export=Exp. government=Govt
        national=Natl department=Dept company's=Co. engineering=Engg university=Univ.
        co=Company ltd=Limited corp=Corporation intl=International bros=Brothers
    """.split()
)


def _shorten_words(words: list[str], chance: random.Random) -> list[str]:
    """Shorten one or two long words after the first word, as registers of firms do."""
    indices = [index for index, word in enumerate(words) if index and len(word) >= 6]
    for index in chance.sample(indices, min(len(indices), chance.choice((1, 1, 2)))):
        start = words[index][: chance.randrange(3, 6)]
        words = [*words[:index], start.rstrip("aeiou") or start, *words[index + 1 :]]
    return words


def _uppercase(words: list[str], chance: random.Random) -> list[str]:
    return [word.upper() for word in words]


def _make_acronym(words: list[str], chance: random.Random) -> list[str]:
    """Return the first letters of the words of a name of three words or more, without particles."""
    if len(words) < 3:
        return words
    return [
        "".join(
            word[0].upper()
            for word in words
            if word.lower() not in ("of", "the", "and", "for", "de", "al")
        )
    ]


_PERSON_VARIATIONS: tuple[tuple[_Variation, float], ...] = (
    (_edit_letter, 6.0),
    (_rotate_words, 1.5),
    (_add_title, 1.0),
    (_abbreviate_word, 1.5),
    (_insert_initial, 1.0),
    (_family_name_first, 0.8),
    (_join_particles, 0.8),
    (_drop_middle_word, 2.5),
    (_join_words, 0.8),
    (_uppercase, 0.7),
)
_GROUP_VARIATIONS: tuple[tuple[_Variation, float], ...] = (
    (_edit_letter, 5.0),
    (_change_legal_form, 3.0),
    (_rotate_words, 0.7),
    (_join_words, 1.0),
    (_drop_plain_word, 0.5),
    (_make_acronym, 2.5),
    (_append_acronym, 0.4),
    (_family_name_first, 0.2),
    (_abbreviate_generic_words, 1.5),
    (_shorten_words, 1.5),
    (_uppercase, 0.7),
)


def make_namesake(name: str, pool: Sequence[str], chance: random.Random) -> str:
    """Return the name with one word replaced by a word of `pool`; "" if no word can be replaced."""
    parts = name.replace(",", " ").split()
    long_words = [index for index, word in enumerate(parts) if len(word) > 2]
    if len(parts) < 2 or not long_words or not pool:
        return ""
    parts[chance.choice(long_words)] = chance.choice(pool)
    return " ".join(parts)


_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_WORD_SLIPS = (Typo.NEIGHBOR, Typo.OMITTED, Typo.INSERTED, Typo.SWAPPED)


def add_word_typos(word: str, rate: float, chance: random.Random) -> str:
    """Return a word with typos: letters that are wrong, omitted, inserted or swapped with the next
    letter.

    Each further typo has probability `rate`. Words of two letters or fewer stay unchanged.
    """
    while len(word) > 2 and chance.random() < rate:
        index, letter = chance.randrange(len(word)), chance.choice(_ALPHABET)
        kind = chance.choice(_WORD_SLIPS)
        if kind is Typo.SWAPPED:
            index = min(index, len(word) - 2)
            letter = word[index]
        word = change_letter(word, index, kind, letter)
    return word


def add_date_error(text: str, chance: random.Random) -> str:
    """Return a date with one error, or the text unchanged if it is not a date.

    A date without a day can only become 1 January.
    """
    try:
        date = parse_date(text)
    except DateError:
        return text
    if chance.random() < 0.25:
        return f"{date.year:04d}-01-01"
    if not date.day:
        return text
    if date.day <= 12 and chance.random() < 0.35:
        return str(PartialDate(date.year, date.day, date.month))
    if chance.random() < 0.3:
        return str(PartialDate(date.year, chance.randrange(1, 13), chance.randrange(1, 29)))
    canonical = str(PartialDate(date.year, date.month, date.day))
    index = chance.choice((2, 3, 6, 9))
    return canonical[:index] + chance.choice("0123456789") + canonical[index + 1 :]


def draw_other_date(year: int, chance: random.Random) -> PartialDate:
    """Return an unrelated date that is four to twenty years away, such as a forged date or the date
    of another person.
    """
    moved = year + chance.choice((-1, 1)) * chance.randrange(4, 21)
    return PartialDate(
        min(max(moved, MIN_YEAR), MAX_YEAR), chance.randrange(1, 13), chance.randrange(1, 29)
    )
