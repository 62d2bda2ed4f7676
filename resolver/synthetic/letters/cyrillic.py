"""Russian and Ukrainian names in Latin letters, and Serbian ones in both scripts.

Russian: the passport's system (ICAO 2013), the one of English newspapers, the French and the German one. Ukrainian:
the national system of 2010, spellings that went through Russian, and two older ones.
"""

from __future__ import annotations

import re

from resolver.synthetic.letters.base import Spellings, replace_longest, strip_accents

_COMMON = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "к": "k", "л": "l",
    "м": "m",
    "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch",
    "ш": "sh",
    "щ": "shch", "ы": "y", "э": "e", "ь": "", "ъ": "", "-": "-", "’": "", "'": "",
}  # fmt: skip
_PASSPORT = _COMMON | {"ё": "e", "й": "i", "ю": "iu", "я": "ia", "ъ": "ie"}
_PRESS = _COMMON | {
    "ё": "yo",
    "й": "y",
    "ю": "yu",
    "я": "ya",
    "ий": "y",
    "ый": "y",
    "ье": "ye",
    "ья": "ya",
    "кс": "x",
}
_FRENCH = _COMMON | {
    "ё": "io", "й": "ï", "ю": "iou", "я": "ia", "у": "ou", "ж": "j", "ш": "ch", "ч": "tch", "щ": "chtch", "ге": "gue",
    "ги": "gui",
    "ий": "i", "ый": "y", "кс": "x",
}  # fmt: skip
_GERMAN = _COMMON | {
    "ё": "jo", "й": "j", "ю": "ju", "я": "ja", "в": "w", "з": "s", "ж": "sch", "ш": "sch", "ч": "tsch",
    "щ": "schtsch", "х": "ch",
    "ц": "z", "ий": "ij",
}  # fmt: skip
_UKRAINIAN = _COMMON | {
    "г": "h", "ґ": "g", "и": "y", "і": "i", "ї": "i", "й": "i", "є": "ie", "ю": "iu", "я": "ia", "зг": "zgh",
}  # fmt: skip
_UKRAINIAN_START = {"ї": "yi", "й": "y", "є": "ye", "ю": "yu", "я": "ya"}
_UKRAINIAN_OLD = _UKRAINIAN | {
    "ій": "iy",
    "ий": "yy",
    "ю": "yu",
    "я": "ya",
    "є": "ye",
    "ї": "yi",
    "й": "y",
}
_UKRAINIAN_GERMAN = _UKRAINIAN | {
    "в": "w", "ж": "sch", "ш": "sch", "ч": "tsch", "щ": "schtsch", "х": "ch", "ц": "z", "ю": "ju", "я": "ja",
    "є": "je", "ї": "ji",
    "й": "j",
}  # fmt: skip
_RUSSIFIED_ENDS = (
    ("ій", "ий"),
    ("ський", "ский"),
    ("ська", "ская"),
    ("цький", "цкий"),
    ("цька", "цкая"),
)
_RUSSIFIED = {"і": "и", "ї": "и", "є": "е", "ґ": "г", "’": "ъ", "'": "ъ"}

_SERBIAN = {
    "lj": "љ", "nj": "њ", "dž": "џ", "a": "а", "b": "б", "c": "ц", "č": "ч", "ć": "ћ", "d": "д", "đ": "ђ", "e": "е",
    "f": "ф",
    "g": "г", "h": "х", "i": "и", "j": "ј", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р",
    "s": "с",
    "š": "ш", "t": "т", "u": "у", "v": "в", "z": "з", "ž": "ж", "-": "-",
}  # fmt: skip


def _written(text: str, table: dict[str, str]) -> str:
    words = [replace_longest(word, table) for word in text.lower().split(" ")]
    return " ".join(
        "-".join(part[:1].upper() + part[1:] for part in word.split("-")) for word in words
    )


def russian(name: str) -> Spellings:
    """The spellings of a Russian name in Cyrillic; family names in -ов and -ев are at times written with -off and
    -eff."""
    loose = re.sub(r"(?<=[oe])w$", "ff", _written(name, _GERMAN))
    french = strip_accents(_written(name, _FRENCH))
    return Spellings(name, _written(name, _PASSPORT), _written(name, _PRESS), french, loose)


def ukrainian(name: str, russified: str | None = None) -> Spellings:
    """The spellings of a Ukrainian name in Cyrillic; `russified` is its Russian form where no rule gives it."""
    other = russified or _russified(name)
    lower = name.lower()
    first = _UKRAINIAN_START.get(lower[:1])
    national = _written(name, _UKRAINIAN)
    if first:
        national = first.capitalize() + _written(lower[1:], _UKRAINIAN).lower()
    german = _written(name, _UKRAINIAN_GERMAN)
    return Spellings(
        name, national, _written(other, _PRESS), _written(name, _UKRAINIAN_OLD), german, other
    )


def _russified(name: str) -> str:
    text = name.lower()
    for end, russian_end in _RUSSIFIED_ENDS:
        if text.endswith(end):
            stem = text.removesuffix(end)
            return (replace_longest(stem, _RUSSIFIED) + russian_end).capitalize()
    return replace_longest(text, _RUSSIFIED).capitalize()


def serbian(name: str) -> Spellings:
    """The spellings of a South Slavic name given in Latin letters with its marks; `b` keeps the marks."""
    lower = name.lower()
    cyrillic = (
        replace_longest(lower, _SERBIAN).capitalize() if not set(lower) & set("qwxy") else None
    )
    dj = strip_accents(name.replace("Đ", "Dj").replace("đ", "dj"))
    by_ear = (
        re.sub("(?<=i)ć$", "ch", name)
        .replace("š", "sh")
        .replace("č", "ch")
        .replace("đ", "dj")
        .replace("Đ", "Dj")
    )
    by_ear = by_ear.replace("Š", "Sh").replace("Č", "Ch").replace("ž", "zh").replace("Ž", "Zh")
    return Spellings(cyrillic, dj, name, strip_accents(name), strip_accents(by_ear))


def patronymic(father: str, *, female: bool, language: str) -> str:
    """The patronymic from a father's given name in Cyrillic (`language`: ru or uk)."""
    if father in _IRREGULAR:
        return _IRREGULAR[father][female]
    ends = _ENDS[language]
    cut, male, daughter = next(((e, m, f) for e, m, f in ends if father.endswith(e)), ends[-1])
    return father.removesuffix(cut) + (daughter if female else male)


def family_of_woman(name: str) -> str:
    """The form a woman bears of a Russian or Ukrainian family name in Cyrillic."""
    for end, woman in _WOMEN:
        if name.endswith(end):
            return name.removesuffix(end) + woman
    return name


_WOMEN = (
    ("ский", "ская"), ("цкий", "цкая"), ("ський", "ська"), ("цький", "цька"), ("ой", "ая"), ("ый", "ая"), ("ий", "ая"),
    ("ов", "ова"), ("ев", "ева"), ("єв", "єва"), ("їв", "їва"), ("ёв", "ёва"), ("ин", "ина"), ("ын", "ына"),
)  # fmt: skip
# What a father's name ends in, and what a son's and a daughter's patronymic have in its place: the first that fits.
_ENDS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "ru": (("ий", "ьевич", "ьевна"), ("й", "евич", "евна"), ("ь", "евич", "евна"), ("я", "ич", "ична"), ("а", "ич",
    "ична"),
           ("", "ович", "овна")),
    "uk": (("ій", "ійович", "іївна"), ("й", "йович", "ївна"), ("ь", "ьович", "івна"), ("о", "ович", "івна"), ("а",
    "ович", "івна"),
           ("я", "йович", "ївна"), ("", "ович", "івна")),
}  # fmt: skip
_IRREGULAR = {
    "Илья": ("Ильич", "Ильинична"), "Никита": ("Никитич", "Никитична"), "Микола": ("Миколайович", "Миколаївна"),
    "Григорій": ("Григорович", "Григорівна"), "Ілля": ("Ілліч", "Іллівна"), "Яків": ("Якович", "Яківна"),
}  # fmt: skip
