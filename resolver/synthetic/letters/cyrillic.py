"""Russian and Ukrainian names in Latin letters, and Serbian names in both scripts.

Russian: passports (ICAO 2013), English newspapers, French and German. Ukrainian: the national
system of 2010, spellings by way of Russian, and two older systems.
"""

from __future__ import annotations

import re

from resolver.synthetic.letters.base import Spellings, parse_pairs, replace_longest, strip_accents

_COMMON = parse_pairs("""
а:a б:b в:v г:g д:d е:e ж:zh з:z и:i к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:kh ц:ts ч:ch
ш:sh щ:shch ы:y э:e ь: ъ: -:- ’: ':
""")
_PASSPORT = _COMMON | {"ё": "e", "й": "i", "ю": "iu", "я": "ia", "ъ": "ie"}
_PRESS = _COMMON | parse_pairs("""
ё:yo й:y ю:yu я:ya ий:y ый:y ье:ye ья:ya кс:x
""")
_FRENCH = _COMMON | parse_pairs("""
ё:io й:ï ю:iou я:ia у:ou ж:j ш:ch ч:tch щ:chtch ге:gue ги:gui ий:i ый:y кс:x
""")
_GERMAN = _COMMON | parse_pairs("""
ё:jo й:j ю:ju я:ja в:w з:s ж:sch ш:sch ч:tsch щ:schtsch х:ch ц:z ий:ij
""")
_UKRAINIAN = _COMMON | parse_pairs("""
г:h ґ:g и:y і:i ї:i й:i є:ie ю:iu я:ia зг:zgh
""")
_UKRAINIAN_START = {"ї": "yi", "й": "y", "є": "ye", "ю": "yu", "я": "ya"}
_UKRAINIAN_OLD = _UKRAINIAN | parse_pairs("""
ій:iy ий:yy ю:yu я:ya є:ye ї:yi й:y
""")
_UKRAINIAN_GERMAN = _UKRAINIAN | parse_pairs("""
в:w ж:sch ш:sch ч:tsch щ:schtsch х:ch ц:z ю:ju я:ja є:je ї:ji й:j
""")
_RUSSIAN_ENDINGS = (
    ("ій", "ий"),
    ("ський", "ский"),
    ("ська", "ская"),
    ("цький", "цкий"),
    ("цька", "цкая"),
)
_RUSSIAN_LETTERS = {"і": "и", "ї": "и", "є": "е", "ґ": "г", "’": "ъ", "'": "ъ"}

_SERBIAN = parse_pairs("""
lj:љ nj:њ dž:џ a:а b:б c:ц č:ч ć:ћ d:д đ:ђ e:е f:ф g:г h:х i:и j:ј k:к l:л m:м n:н o:о p:п r:р s:с
š:ш t:т u:у v:в z:з ž:ж -:-
""")


def _romanize(text: str, table: dict[str, str]) -> str:
    words = [replace_longest(word, table) for word in text.lower().split(" ")]
    return " ".join(
        "-".join(part[:1].upper() + part[1:] for part in word.split("-")) for word in words
    )


def spell_russian(name: str) -> Spellings:
    """Return the spellings of a Russian name in Cyrillic.

    Family names in -ов and -ев are sometimes written with -off and -eff.
    """
    loose = re.sub(r"(?<=[oe])w$", "ff", _romanize(name, _GERMAN))
    french = strip_accents(_romanize(name, _FRENCH))
    return Spellings(name, _romanize(name, _PASSPORT), _romanize(name, _PRESS), french, loose)


def spell_ukrainian(name: str, russified: str | None = None) -> Spellings:
    """Return the spellings of a Ukrainian name in Cyrillic.

    `russified`: its Russian form, if no rule gives it.
    """
    russian_form = russified or _russify(name)
    lower = name.lower()
    first = _UKRAINIAN_START.get(lower[:1])
    national = _romanize(name, _UKRAINIAN)
    if first:
        national = first.capitalize() + _romanize(lower[1:], _UKRAINIAN).lower()
    german = _romanize(name, _UKRAINIAN_GERMAN)
    return Spellings(
        name,
        national,
        _romanize(russian_form, _PRESS),
        _romanize(name, _UKRAINIAN_OLD),
        german,
        russian_form,
    )


def _russify(name: str) -> str:
    text = name.lower()
    for ending, russian_ending in _RUSSIAN_ENDINGS:
        if text.endswith(ending):
            stem = text.removesuffix(ending)
            return (replace_longest(stem, _RUSSIAN_LETTERS) + russian_ending).capitalize()
    return replace_longest(text, _RUSSIAN_LETTERS).capitalize()


def spell_serbian(name: str) -> Spellings:
    """Return the spellings of a South Slavic name in Latin letters; `b` keeps the diacritics."""
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


def make_patronymic(father: str, *, female: bool, language: str) -> str:
    """Make the patronymic of a father's given name in Cyrillic (`language`: ru or uk)."""
    if father in _IRREGULAR_PATRONYMICS:
        return _IRREGULAR_PATRONYMICS[father].split(",")[female]
    ending, patronymic_endings = next(
        (ending, replacements)
        for ending, replacements in _PATRONYMIC_ENDINGS[language].items()
        if father.endswith(ending)
    )
    return father.removesuffix(ending) + patronymic_endings.split(",")[female]


def feminine_family_name(name: str) -> str:
    """Return the feminine form of a Russian or Ukrainian family name in Cyrillic."""
    for ending, feminine in _FEMININE_ENDINGS.items():
        if name.endswith(ending):
            return name.removesuffix(ending) + feminine
    return name


_FEMININE_ENDINGS = parse_pairs("""
ский:ская цкий:цкая ський:ська цький:цька ой:ая ый:ая ий:ая ов:ова ев:ева єв:єва їв:їва ёв:ёва
ин:ина ын:ына
""")
# Ending of the father's name: endings of the son's and the daughter's patronymic. The first match
# applies.
_PATRONYMIC_ENDINGS = {
    "ru": parse_pairs("ий:ьевич,ьевна й:евич,евна ь:евич,евна я:ич,ична а:ич,ична :ович,овна"),
    "uk": parse_pairs(
        "ій:ійович,іївна й:йович,ївна ь:ьович,івна о:ович,івна а:ович,івна я:йович,ївна :ович,івна"
    ),
}
_IRREGULAR_PATRONYMICS = parse_pairs("""
Илья:Ильич,Ильинична Никита:Никитич,Никитична Микола:Миколайович,Миколаївна
Григорій:Григорович,Григорівна Ілля:Ілліч,Іллівна Яків:Якович,Яківна
""")
