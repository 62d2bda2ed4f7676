"""Slips of names: a written name as a hurried clerk, a scanner or another form would give it, and near namesakes.

A slip leaves the name the same; a namesake differs in one word. Each is drawn from the chance given, so that the same
chance gives the same slips.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

_NEAR = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_SCANNED = (
    ("rn", "m"), ("m", "rn"), ("l", "1"), ("o", "0"), ("i", "l"), ("cl", "d"), ("s", "5"), ("e", "c"), ("u", "v"),
)  # fmt: skip
_TITLES = (
    "Mr",
    "Dr.",
    "Mrs",
    "Sheikh",
    "Haji",
    "General",
    "Prof.",
    "Sir",
    "Colonel",
    "Mullah",
    "Hon.",
    "Eng.",
)
_FORMS = (
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
_Slip = Callable[[list[str], random.Random], list[str]]


def person_slip(name: str, chance: random.Random) -> str:
    """Another way to write a person's name; the name itself where none applies."""
    return _slipped(name, chance, _PERSON)


def group_slip(name: str, chance: random.Random) -> str:
    """Another way to write a group's name."""
    return _slipped(name, chance, _GROUP)


def _slipped(name: str, chance: random.Random, table: Sequence[tuple[_Slip, float]]) -> str:
    words = name.replace(",", " ").split()
    for _ in range(2 if chance.random() < 0.15 else 1):
        slip = chance.choices([one for one, _ in table], [weight for _, weight in table])[0]
        words = slip(words, chance) or words
    return " ".join(words)


def _edit(words: list[str], chance: random.Random) -> list[str]:
    """One letter wrong, missing, doubled, added or changed with its neighbour, in a word of four letters or more."""
    long = [place for place, word in enumerate(words) if len(word) >= 4 and word.isalpha()]
    if not long:
        return words
    at = chance.choice(long)
    word = words[at]
    place, kind = chance.randrange(1, len(word)), chance.randrange(6)
    letter = word[place].lower()
    if kind == 0:
        word = word[:place] + chance.choice(_NEAR.get(letter, letter)) + word[place + 1 :]
    elif kind == 1:
        word = word[:place] + word[place + 1 :]
    elif kind == 2:
        word = word[:place] + letter + word[place:]
    elif kind == 3 and place + 1 < len(word):
        word = word[:place] + word[place + 1] + letter + word[place + 2 :]
    elif kind == 4:
        word = word[:place] + chance.choice(_NEAR.get(letter, letter)) + word[place:]
    else:
        held = [(old, new) for old, new in _SCANNED if old in word[1:]]
        if held:
            old, new = chance.choice(held)
            word = word[0] + word[1:].replace(old, new, 1)
    return [*words[:at], word, *words[at + 1 :]]


def _turned(words: list[str], chance: random.Random) -> list[str]:
    if len(words) < 2:
        return words
    cut = 1 if chance.random() < 0.5 else len(words) - 1
    return [*words[cut:], *words[:cut]]


def _titled(words: list[str], chance: random.Random) -> list[str]:
    return [chance.choice(_TITLES), *words]


def _initial(words: list[str], chance: random.Random) -> list[str]:
    """One word but the longest is cut to its first letter."""
    if len(words) < 2:
        return words
    longest = max(range(len(words)), key=lambda place: len(words[place]))
    at = chance.choice([place for place in range(len(words)) if place != longest])
    return [*words[:at], words[at][:1] + ("." if chance.random() < 0.6 else ""), *words[at + 1 :]]


def _shortened(words: list[str], chance: random.Random) -> list[str]:
    """A middle word is left out."""
    if len(words) < 3:
        return words
    at = chance.randrange(1, len(words) - 1)
    return [*words[:at], *words[at + 1 :]]


def _joined(words: list[str], chance: random.Random) -> list[str]:
    if len(words) < 2:
        return words
    at = chance.randrange(len(words) - 1)
    return [*words[:at], words[at] + words[at + 1].lower(), *words[at + 2 :]]


def _formed(words: list[str], chance: random.Random) -> list[str]:
    """A legal form is added, or the one at the end changed or dropped."""
    last = words[-1].strip(".").lower() if words else ""
    if len(words) > 1 and last in {form.strip(".").lower() for form in _FORMS}:
        return words[:-1] if chance.random() < 0.6 else [*words[:-1], chance.choice(_FORMS)]
    return [*words, chance.choice(_FORMS)]


def _middled(words: list[str], chance: random.Random) -> list[str]:
    """An initial that the other name leaves out."""
    if len(words) < 2:
        return words
    at = chance.randrange(1, len(words))
    return [
        *words[:at],
        chance.choice("ABCDEFGHJKLMNPRSTW") + chance.choice(("", ".")),
        *words[at:],
    ]


def _listed(words: list[str], chance: random.Random) -> list[str]:
    """The family name first, with a comma."""
    return [f"{words[-1]},", *words[:-1]] if len(words) > 1 else words


_LINKS = (
    "van",
    "von",
    "der",
    "den",
    "de",
    "la",
    "del",
    "al",
    "el",
    "bin",
    "ibn",
    "abu",
    "abd",
    "mac",
    "san",
    "le",
)


def _linked(words: list[str], chance: random.Random) -> list[str]:
    """Particles written together with what follows, or left out; without hyphens."""
    parts = " ".join(words).replace("-", " ").split()
    held = [place for place, word in enumerate(parts[:-1]) if word.lower() in _LINKS]
    if not held or len(parts) < 3:
        return parts
    if chance.random() < 0.5:
        return [word for place, word in enumerate(parts) if place not in held]
    at = held[0]
    end = at
    while end in held:
        end += 1
    return [*parts[:at], "".join(parts[at : end + 1]).title(), *parts[end + 1 :]]


def _together(words: list[str], chance: random.Random) -> list[str]:
    """A name of three words or more with its short form in brackets."""
    short = _initials(words, chance)
    return [*words, f"({short[0]})"] if len(short) == 1 and len(short[0]) > 2 else words


def _shortened_form(words: list[str], chance: random.Random) -> list[str]:
    """Generic words as they are shortened, or written out."""
    return [_SHORT.get(word.strip(".,").lower(), word) for word in words]


_SHORT = {
    "company": "Co.", "limited": "Ltd", "corporation": "Corp", "international": "Intl", "private": "Pvt",
    "trading": "Trdg", "industries": "Inds", "brothers": "Bros", "association": "Assn", "and": "&", "&": "and",
    "manufacturing": "Mfg", "services": "Svcs", "import": "Imp.", "export": "Exp.", "government": "Govt",
    "national": "Natl", "department": "Dept", "company's": "Co.", "engineering": "Engg", "university": "Univ.",
    "co": "Company", "ltd": "Limited", "corp": "Corporation", "intl": "International", "bros": "Brothers",
}  # fmt: skip


def _capitals(words: list[str], chance: random.Random) -> list[str]:
    return [word.upper() for word in words]


def _initials(words: list[str], chance: random.Random) -> list[str]:
    """The first letters of a name of three words or more that are no particles."""
    if len(words) < 3:
        return words
    return [
        "".join(
            word[0].upper()
            for word in words
            if word.lower() not in ("of", "the", "and", "for", "de", "al")
        )
    ]


_PERSON: tuple[tuple[_Slip, float], ...] = (
    (_edit, 6.0),
    (_turned, 1.5),
    (_titled, 1.0),
    (_initial, 1.5),
    (_middled, 1.0),
    (_listed, 0.8),
    (_linked, 0.8),
    (_shortened, 2.5),
    (_joined, 0.8),
    (_capitals, 0.7),
)
_GROUP: tuple[tuple[_Slip, float], ...] = (
    (_edit, 5.0),
    (_formed, 3.0),
    (_turned, 0.7),
    (_joined, 1.0),
    (_shortened, 0.5),
    (_initials, 2.5),
    (_together, 0.4),
    (_listed, 0.2),
    (_shortened_form, 1.5),
    (_capitals, 0.7),
)


def namesake(name: str, words: Sequence[str], chance: random.Random) -> str:
    """The name with one word replaced by one of `words`; empty where no word of the name can be."""
    parts = name.replace(",", " ").split()
    long = [place for place, word in enumerate(parts) if len(word) > 2]
    if len(parts) < 2 or not long or not words:
        return ""
    parts[chance.choice(long)] = chance.choice(words)
    return " ".join(parts)
